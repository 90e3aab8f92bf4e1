#!/bin/sh
# Makes the root of a Debian server as a cloud's image has it. Runs in mount and pid namespaces of its own.
# Environment: ROOT (the directory to make), SUITE, ARCH, ARCHIVE (URL), INCLUDE (packages, comma-separated),
# PACKAGES (directory in which .deb files are kept), CA_CERTIFICATE (PEM file to trust).
set -eu

debootstrap --variant=minbase --arch="$ARCH" --cache-dir="$PACKAGES" --include="$INCLUDE" \
  "$SUITE" "$ROOT" "$ARCHIVE"

# --- package sources: the lab's own mirror
rm -rf "$ROOT"/var/lib/apt/lists/* "$ROOT"/var/cache/apt/*.bin "$ROOT"/var/cache/apt/archives/*.deb
echo "deb [trusted=yes] http://deb.example/debian $SUITE main" > "$ROOT/etc/apt/sources.list"
cat > "$ROOT/etc/apt/apt.conf.d/90cloud-image" <<'FILE'
Acquire::Languages "none";
APT::Periodic::Enable "0";
APT::Install-Recommends "false";
FILE

# --- names, language, first-boot state.
echo 'LANG=C.UTF-8' > "$ROOT/etc/default/locale"
echo localhost > "$ROOT/etc/hostname"
: > "$ROOT/etc/fstab"
rm -f "$ROOT/etc/machine-id" "$ROOT/var/lib/dbus/machine-id" "$ROOT/etc/resolv.conf"
ln -s /etc/machine-id "$ROOT/var/lib/dbus/machine-id"

# --- SSH: keys only. Host keys are each lab's own and are put on the disk when a server is created.
rm -f "$ROOT"/etc/ssh/ssh_host_*
cat > "$ROOT/etc/ssh/sshd_config.d/50-cloud-image.conf" <<'FILE'
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintLastLog no
UseDNS no
MaxSessions 100
MaxStartups 100:30:300
FILE
rm -f "$ROOT"/etc/update-motd.d/*
: > "$ROOT/etc/motd"

# --- the user that OTC's images have
chroot "$ROOT" useradd --create-home --uid 1000 --shell /bin/bash --password '*' linux
echo 'linux ALL=(ALL) NOPASSWD:ALL' > "$ROOT/etc/sudoers.d/90-cloud-image"
chmod 440 "$ROOT/etc/sudoers.d/90-cloud-image"
for home in /root /home/linux; do
  mkdir -p "$ROOT$home/.ssh"
  chmod 700 "$ROOT$home/.ssh"
done
chroot "$ROOT" chown 1000:1000 /home/linux/.ssh

# --- the lab's certificate authority
cp "$CA_CERTIFICATE" "$ROOT/usr/local/share/ca-certificates/wayout-lab.crt"
chroot "$ROOT" update-ca-certificates >/dev/null 2>&1

# --- systemd without what only costs time on such a server
units='apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
fstrim.timer getty.target console-getty.service systemd-firstboot.service
systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service
systemd-machine-id-commit.service systemd-binfmt.service systemd-journal-catalog-update.service
systemd-hwdb-update.service systemd-repart.service proc-sys-fs-binfmt_misc.automount dev-hugepages.mount
dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount
sys-fs-fuse-connections.mount systemd-modules-load.service kmod-static-nodes.service
systemd-pcrphase.service systemd-pcrphase-sysinit.service remote-fs.target cryptsetup.target
veritysetup.target integritysetup.target systemd-ask-password-console.path systemd-ask-password-wall.path'
for unit in $units; do ln -sf /dev/null "$ROOT/etc/systemd/system/$unit"; done
# Each of them runs whenever systemd reads its units anew: at the boot, and several times for a package.
generators='bless-boot cryptsetup debug getty gpt-auto hibernate-resume integritysetup run system-update veritysetup'
mkdir -p "$ROOT/etc/systemd/system-generators"
for generator in $generators; do
  ln -sf /dev/null "$ROOT/etc/systemd/system-generators/systemd-$generator-generator"
done
ln -sf /lib/systemd/system/multi-user.target "$ROOT/etc/systemd/system/default.target"
mkdir -p "$ROOT/var/log/journal" "$ROOT/etc/systemd/journald.conf.d"
cat > "$ROOT/etc/systemd/journald.conf.d/50-cloud-image.conf" <<'FILE'
[Journal]
Storage=persistent
SystemMaxUse=16M
ForwardToConsole=no
FILE

# --- nothing of the building machine stays
rm -rf "$ROOT"/var/log/bootstrap.log "$ROOT"/var/log/apt/* "$ROOT"/var/log/dpkg.log "$ROOT"/tmp/* "$ROOT"/debootstrap

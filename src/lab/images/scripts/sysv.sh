#!/bin/sh
# Makes a layer over the Debian image that turns it into an old kind of server: SysV init with its scripts and rc.local,
# iptables-legacy, neither systemd nor nft. It stands for the CentOS 6.5 of the manual.
# Runs in mount and pid namespaces of its own. Environment: ROOT (the layer to make), LOWER (the Debian image's root),
# MIRROR (a Debian archive with sysvinit-core), WORK (a directory for overlay's own use), SUITE.
set -eu

mkdir -p "$ROOT" "$WORK/overlay" "$WORK/root"
new="$WORK/root"
mount -t overlay -o "lowerdir=$LOWER,upperdir=$ROOT,workdir=$WORK/overlay" overlay "$new"
mount -t proc proc "$new/proc"
mount -t tmpfs tmpfs "$new/tmp"
mount -t tmpfs tmpfs "$new/run"
mount -t tmpfs tmpfs "$new/var/cache/apt"
mount -t tmpfs tmpfs "$new/var/lib/apt/lists"
mkdir "$new/tmp/mirror"
mount --bind "$MIRROR" "$new/tmp/mirror"

# --- packages: another init, without the one there is. Nothing is started meanwhile.
echo "deb [trusted=yes] file:/tmp/mirror $SUITE main" > "$new/tmp/sources.list"
printf '#!/bin/sh\nexit 101\n' > "$new/usr/sbin/policy-rc.d"
chmod 755 "$new/usr/sbin/policy-rc.d"
in_image() { chroot "$new" env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
apt() {
  in_image apt-get -qq -o Dir::Etc::sourcelist=/tmp/sources.list -o APT::Sandbox::User=root \
    -o Dpkg::Options::=--force-unsafe-io --yes --allow-remove-essential "$@"
}
apt update
apt install sysvinit-core initscripts sysv-rc
apt purge systemd libpam-systemd dbus nftables
rm "$new/usr/sbin/policy-rc.d"

# --- iptables as it was before nftables
for command in iptables ip6tables; do in_image update-alternatives --quiet --set $command /usr/sbin/$command-legacy; done
find "$new/usr/sbin" -lname xtables-nft-multi -delete
rm -f "$new/usr/sbin/xtables-nft-multi" "$new"/usr/sbin/*-nft

# --- boot: of the scripts only those do something that mean something without disks, consoles and a clock. The others
# stay as names: by what they declare, insserv keeps "halt" and "reboot" behind everything that an orderly end needs.
for script in brightness checkfs.sh checkroot.sh checkroot-bootclean.sh hwclock.sh kmod mountall.sh \
  mountall-bootclean.sh mount-configfs mountnfs.sh mountnfs-bootclean.sh urandom bootlogs umountfs umountnfs.sh \
  umountroot; do
  sed -i '/END INIT INFO/q' "$new/etc/init.d/$script"
done
rm -f "$new/etc/network/if-up.d/mountnfs"
# One script after the other in the order of their numbers, as old systems did, not by their declared dependencies.
: > "$new/etc/init.d/.legacy-bootordering"
# update-rc.d numbers all links anew when a script comes or goes. After one did, the next leaves no trace.
cat > "$new/etc/init.d/passing" <<'FILE'
#!/bin/sh
### BEGIN INIT INFO
# Provides: passing
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
FILE
chmod 755 "$new/etc/init.d/passing"
in_image update-rc.d passing defaults
rm "$new/etc/init.d/passing"
in_image update-rc.d passing remove
cat > "$new/etc/inittab" <<'FILE'
id:2:initdefault:
si::sysinit:/etc/init.d/rcS
l0:0:wait:/etc/init.d/rc 0
l1:1:wait:/etc/init.d/rc 1
l2:2:wait:/etc/init.d/rc 2
l3:3:wait:/etc/init.d/rc 3
l6:6:wait:/etc/init.d/rc 6
# The machine's buttons: ctrl-alt-del, and power off.
ca::ctrlaltdel:/sbin/shutdown -r now
pf::powerfail:/sbin/shutdown -h -P now
FILE
cat > "$new/etc/rc.local" <<'FILE'
#!/bin/sh -e
# Run at the end of each multi-user boot.
exit 0
FILE
chmod 755 "$new/etc/rc.local"
# With the wrong last link a server would end without its orderly shutdown.
for last in 0:halt 6:reboot; do
  [ "$(ls "$new/etc/rc${last%:*}.d" | grep ^K | sort | tail -n 1 | cut -c 4-)" = "${last#*:}" ]
done
rm -rf "$new/etc/systemd" "$new/var/log/journal" "$new/var/log/apt" "$new/var/log/dpkg.log"
umount "$new/tmp/mirror" "$new/var/lib/apt/lists" "$new/var/cache/apt" "$new/run" "$new/tmp" "$new/proc" "$new"

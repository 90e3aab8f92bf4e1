#!/bin/sh
# Boots a machine: its root overlay, a control group of its own, systemd-nspawn. Runs in a mount namespace of its own,
# so that every mount goes with the last process. Ends as systemd-nspawn does: 133 when the machine wants a reboot.
# Environment: NAME, DISK, LOWER (as overlay's lowerdir= has it), NAMESPACE (path), CGROUP (below each hierarchy's root).
set -eu

# A /run of our own: systemd-nspawn leaves directories there. What it needs of the old one is the network namespace;
# names of the others, copied into this mount namespace, would keep deleted ones alive.
mkdir -p "$DISK/run"
mount -n -t tmpfs -o mode=755 tmpfs "$DISK/run"
: > "$DISK/run/network"
mount -n --bind "$NAMESPACE" "$DISK/run/network"
umount -n -l /run/netns 2>/dev/null || true
mount -n --move "$DISK/run" /run

mount -n -t overlay -o "lowerdir=$LOWER,upperdir=$DISK/upper,workdir=$DISK/work" overlay "$DISK/root"

# --keep-unit makes systemd-nspawn divide the control group it is in, so that must be ours alone; it also refuses to
# run in that of a login session. One directory per hierarchy: a single one with cgroup v2, several with v1.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  [ -f "$hierarchy/cgroup.procs" ] || continue
  mkdir -p "$hierarchy/$CGROUP"
  echo 0 > "$hierarchy/$CGROUP/cgroup.procs"
done

# The variable makes /proc/sys/net writable, as --private-network would: the namespace is the machine's own.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
exec systemd-nspawn --quiet --directory="$DISK/root" --boot --machine="$NAME" --register=no --keep-unit \
  --network-namespace-path=/run/network --capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off \
  --link-journal=no --console=pipe --kill-signal=SIGRTMIN+3

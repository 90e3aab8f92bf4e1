#!/bin/sh
# Wayout: runs keepalived, which elects the active proxy of a pair, and carries out what it elects, one thing after the
# other. keepalived does not wait for its own scripts, so that two of them may run side by side (keepalived#2414).
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
state=/run/wayout-pair
role() { sh /etc/wayout/pair/role "$1"; }
umask 077
mkdir -p "$state"
rm -rf "$state/scores" "$state/elected" "$state/gave"
sh /etc/wayout/pair/score unfit 0
mkfifo "$state/elected"
# Open for writing too: a reload of keepalived closes its end and opens it again.
exec 3<> "$state/elected"
trap 'role off; exit 0' TERM
sh /etc/wayout/pair/watch &
{
  keepalived --dont-fork --dont-respawn --vrrp --log-console --use-file /etc/wayout/pair/keepalived.conf \
    --pid "$state/keepalived.pid" --vrrp_pid "$state/vrrp.pid"
  echo "INSTANCE wayout GONE 0" >&3
} &
# keepalived begins as the standby, even where nobody else is active. A proxy that forwards already, alone until now, goes
# on until it is clear who is active.
settled=no; last=BACKUP
{ sleep 1; echo "INSTANCE wayout SETTLED 0" >&3; } &
while read -r kind name elected priority <&3; do
  [ "$kind" = INSTANCE ] || continue
  case $elected in
    SETTLED) settled=yes; [ "$last" = MASTER ] || role standby ;;
    GONE) break ;;
    MASTER) last=MASTER; settled=yes; role active ;;
    BACKUP | FAULT | STOP) last=$elected; [ $settled = no ] || role standby ;;
  esac
done
# keepalived is gone, and with it the adverts: the other one takes over.
role off
exit 1

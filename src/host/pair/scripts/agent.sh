#!/bin/sh
# Wayout: runs keepalived, which elects the active proxy of a pair, and carries out what it elects, one thing after the
# other. keepalived does not wait for its own scripts, so that two of them may run side by side (keepalived#2414).
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
state=/run/wayout-pair
role() { sh /etc/wayout/pair/role "$1"; }
umask 077
mkdir -p "$state"
rm -rf "$state/scores" "$state/elected" "$state/gave" "$state/unsynced"
sh /etc/wayout/pair/score unfit 0
mkfifo "$state/elected"
exec 3<> "$state/elected"
trap 'role off; exit 0' TERM

# Adverts must not wait for a busy processor: the other one would take that for the end.
ahead=; chrt -r 20 true 2>/dev/null && ahead="chrt -r 20"
# Whether adverts are signed. Without its key keepalived would go on unsigned, and one older than 2.4 knows no signatures:
# then neither proxy hears the other one, and both would be active. So this one takes no part until it can sign.
cannot_sign() {
  grep -Eqsx 'hex:[0-9a-f]{64}' /etc/wayout/pair/key || { echo "its key for signing adverts is missing"; return; }
  keepalived --version 2>&1 | awk '
    /^Keepalived v/ { split(substr($2, 2), v, "."); new = v[1] > 2 || (v[1] == 2 && v[2] >= 4) }
    /^Config options:/ { built = / VRRP_AUTH( |$)/ }
    END { exit !(new && built) }' || echo "its keepalived cannot sign adverts, and those of the pair are signed"
}
# keepalived.conf includes the copy, so an older keepalived never sees a word that it does not know. The numbers of signed
# adverts come from the clock, and the other one refuses numbers that it has heard already: the watch must know of a
# clock that is behind.
load_signing() {
  rm -f "$state/behind"
  signing=/etc/wayout/pair/signing.conf; signed=/etc/wayout/pair/signed
  if [ -e $signing ]; then
    unable=$(cannot_sign)
    if [ -n "$unable" ]; then
      echo "wayout-pair: takes no part: $unable"
      role off
      rm -f "$state/signing.conf"
      echo "$unable" > "$state/unfit"
      while [ -e $signing ] && [ -n "$(cannot_sign)" ]; do sleep 2; done
    fi
  fi
  if [ ! -e $signing ]; then rm -f $signed; true > "$state/signing.conf"; return; fi
  true > "$state/now"
  if [ -e $signed ] && ! [ "$state/now" -nt $signed ]; then true > "$state/behind"; fi
  cp $signing "$state/signing.new" && mv "$state/signing.new" "$state/signing.conf"
}
# keepalived begins as the standby, even where nobody else is active. A proxy that forwards already, alone until now or
# with another partner, goes on until it is clear who is active.
elect() {
  election=$((election + 1)); settled=no; last=BACKUP
  rm -f "$state/settled"
  load_signing
  {
    $ahead keepalived --dont-fork --dont-respawn --vrrp --log-console --use-file /etc/wayout/pair/keepalived.conf \
      --pid "$state/keepalived.pid" --vrrp_pid "$state/vrrp.pid"
    echo "INSTANCE wayout GONE $election" >&3
  } &
  { sleep 1; echo "INSTANCE wayout SETTLED $election" >&3; } &
}
kill_election() { kill -9 $(cat "$state/keepalived.pid" "$state/vrrp.pid"); rm -f "$state"/*.pid; }
# At the first election only: a newcomer that an active proxy was not told of hears nobody, and must not take its clients.
# Not for ever: a cloud may answer for every address of a subnet, whoever has it.
somebody_has_it() {
  . /etc/wayout/pair/settings
  [ $waited -lt 3 ] && ! grep -q '^role=active' "$state/role" 2>/dev/null || return 1
  waited=$((waited + 1))
  arping -q -c 1 -w 1 -I "$device" "$inner" >/dev/null 2>&1
}
# Forgotten is what was carried once the other one has taken everything over.
settle() { settled=yes; touch "$state/settled"; }
stand_by() { role standby; { sleep 1; echo "INSTANCE wayout FORGET 0" >&3; } & }
election=0; waited=0
elect
sh /etc/wayout/pair/watch &
while read -r kind name elected number <&3; do
  # keepalived quotes names. Of two elections that go together, what comes out of both is told as of a GROUP of this name.
  case $name in wayout | '"wayout"') ;; *) continue ;; esac
  case $elected in
    MASTER)
      if [ $settled = no ] && somebody_has_it; then
        echo "wayout-pair: another proxy is active and does not speak to this one yet"
        kill_election; sleep 1; elect; continue
      fi
      last=MASTER; role active; settle ;;
    BACKUP | FAULT | STOP) last=$elected; [ $settled = no ] || stand_by ;;
    SETTLED) [ "$number" = $election ] || continue; [ $last = MASTER ] || stand_by; settle ;;
    # Here and not beside: a promotion in the middle of it would lose what it has just taken over.
    FORGET) [ $last = MASTER ] || role forget ;;
    CLOSE) [ $last = MASTER ] || role close ;;
    # A new configuration. keepalived's own reload loses the pipe that it tells us by (2.2.7), and its orderly end would
    # give the role away.
    RELOAD) kill_election; elect ;;
    GONE) [ "$number" != $election ] || break ;;
  esac
done
# keepalived is gone, and with it the adverts: the other one takes over.
role off
exit 1

#!/bin/sh
# Wayout: sees whether this proxy of a pair is fit for its role, and scores it. Runs as long as the agent does. What the
# shell can do by itself starts no program: this goes round twice a second, for ever, on somebody's server.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
state=/run/wayout-pair; signed=/etc/wayout/pair/signed
# Within this many seconds the role is not given away twice for what is found here: then it is mended in place.
hold=60
say() { echo "wayout-pair: $*"; }
# Seconds since the boot, which no change of the clock touches.
tick() { read -r now _ < /proc/uptime; now=${now%%.*}; }
# gave: when the role was given away the last time; -1 never. Kept in a file, since it outlives this program.
gave() { gave=-1; [ ! -f "$state/gave" ] || read -r gave < "$state/gave"; }
give_away() { echo "$now" > "$state/gave"; gave=$now; }
held() { [ "$gave" -ge 0 ] && [ $((now - gave)) -lt $hold ]; }
# Told to the election only when it is another one.
score() {
  eval "[ \"\${scored_$1-}\" = $2 ]" && return 0
  sh /etc/wayout/pair/score "$1" "$2" && eval "scored_$1=$2"
}
rules_loaded() {
  nft list chain ip wayout translate >/dev/null 2>&1 || iptables -t nat -S WAYOUT-SNAT >/dev/null 2>&1
}
# Interface, destination and mask stand in columns 1, 2 and 8. proc_net(5).
has_default_route() {
  while read -r interface destination _ _ _ _ _ mask _; do
    [ "$interface $destination $mask" != "$outside 00000000 00000000" ] || return 0
  done < /proc/net/route
  return 1
}
# Why this proxy cannot do its work; nothing when it can. Before it has rules there is no work, nor while they are changed:
# then they may be gone already, and what says that they should be there may not.
fitness() {
  why=
  [ -f /etc/wayout/load ] && [ ! -d /run/wayout/armed ] && [ ! -d /run/wayout/confirming ] || return 0
  [ $round = 1 ] || { rules=loaded; rules_loaded || rules=gone; }
  if [ "$rules" = gone ]; then why="its rules are gone"
  elif ! has_default_route; then why="it has no route to the Internet"
  fi
}
# Until when adverts were signed is kept in the time of a file, which outlives a reboot. A keepalived that was started with
# a clock behind that would not be heard by the other proxy: it must not become active while the other one lives.
clock() {
  [ -e "$state/behind" ] || { [ "$role" = active ] && [ -s "$state/signing.conf" ]; } || [ -n "${scored_clock-}" ] || return 0
  true > "$state/now"
  if [ ! -e $signed ] || [ "$state/now" -nt $signed ]; then
    [ ! -e "$state/behind" ] || rm -f "$state/behind"
    [ "$role" != active ] || [ ! -s "$state/signing.conf" ] || true > $signed
  fi 2>/dev/null
  if [ ! -e "$state/behind" ]; then score clock 0; return; fi
  score clock -100
  [ -n "$why" ] || why="its clock is behind the adverts that it has signed"
}
# Asks all at once; one that answers is enough.
ask() { { "$@" >/dev/null 2>&1 && echo yes >> "$state/answered"; } & asked="$asked $!"; }
answered() { [ -z "$asked" ] || wait $asked; asked=; [ -s "$state/answered" ] && rm "$state/answered"; }
# Any of the targets.
answers() {
  for target in $targets; do ask ping -n -q -c 1 -W 1 "$@" "$target"; done
  answered
}
# This proxy is not the one that is cut off from the clients: somebody on their side answers now, the other proxy, a
# neighbour, or one of the clients whose connections the other one has told of. What is not on that link cannot.
sees_clients() {
  [ "$device" != "$outside" ] || return 0
  tried=0
  for neighbour in "$peer" $({ ip -4 neigh show dev "$device" | sed -e '/FAILED/d' -e '/INCOMPLETE/d' -e 's/ .*//'
    timeout 1 conntrackd -C /etc/wayout/pair/conntrackd.conf -e | sed -n 's/^[^=]* src=\([0-9.]*\) .*/\1/p'
  } 2>/dev/null | awk '!seen[$0]++' | head -n 99); do
    case $(ip -4 route get "$neighbour" 2>/dev/null) in '' | *" via "*) continue ;; esac
    ask arping -q -c 1 -w 1 -I "$device" "$neighbour"
    tried=$((tried + 1)); [ $tried -lt 9 ] || break
  done
  answered
}
# What conntrackd says of itself; how many packets of the other one it has ("... Pckts recv"), and how many of them it dropped
# since it has seen a later one ("Packets before: ...").
counters() {
  said=$(timeout 1 conntrackd -C /etc/wayout/pair/conntrackd.conf -s network 2>/dev/null) || said=
  heard=${said%%" Pckts recv"*}; heard=${heard##* }
  late=${said#*"Packets before:"}; late=${late%%[!0-9[:space:]]*}; late=$((late + 0))
}
# One message with a number far ahead makes conntrackd drop all that follow. It forgets the number when it begins again. The other
# one says about once a second that it is there.
see_order() {
  if [ "$late" -gt "$was_late" ]; then late_for=$((late_for + 1)); calm=0
  else calm=$((calm + 1)); [ $calm -lt 3 ] || late_for=0; fi
  was_late=$late
  [ $late_for -ge 5 ] || return 0
  behind="it drops the messages of $peer's conntrackd as late ones"
  [ $((now - began)) -ge $hold ] || return 0
  say "$behind: wayout-sync begins again"
  began=$now; late_for=0; was_late=0
  systemctl restart --no-block wayout-sync
}
# Only the standby is worse for not knowing the other one's connections: the active one has them.
see_sync() {
  worse=-40; [ "$role" = standby ] || worse=0
  counters
  if [ -z "$said" ]; then behind="conntrackd does not answer"
  else
    [ "$heard" = "$last" ] || { last=$heard; heard_at=$now; heard_for=$((heard_for + 1)); }
    behind=
    [ $((now - heard_at)) -le 4 ] || behind="nothing heard from $peer's conntrackd for $((now - heard_at)) s"
    see_order
  fi
  if [ -z "$behind" ]; then score unsynced 0; else score unsynced $worse; fi
  # Five seconds of hearing it end what a cut began: the other one has long given in then. While it is not heard it may be
  # active too, and when the cut is over the role must not go back.
  if [ "$role" = active ] && [ $heard_for -ge 5 ]; then score newest 0; fi
  echo "$behind" > "$state/unsynced"
  echo "$heard_at" > "$state/heard"
}
# Loaded again where something flushed it: until then anybody's adverts would be taken. Every two seconds.
guard() {
  rounds=$((rounds + 1)); [ $((rounds % 4)) = 0 ] || return 0
  sh /etc/wayout/pair/guard check && return 0
  sh /etc/wayout/pair/guard on && say "the guard of adverts and sync was gone; it is loaded again"
}
seen=no; failed=0; last=; heard_at=0; heard_for=0; was=; asked=; gives=; rules=; round=1; rounds=0; was_late=0; late_for=0; calm=0; began=-60
rm -f "$state/answered"
# What the one before this one wrote may stand there still.
told="not said yet"
while sleep 0.5; do
  . /etc/wayout/pair/settings
  guard
  role=
  [ ! -f "$state/role" ] || IFS='=' read -r _ role < "$state/role"
  [ -n "$role" ] || continue
  [ "$role" = "$was" ] || { failed=0; seen=no; was=$role; gives=; heard_for=0; scored_newest=; }
  # What starts programs is done in every second round.
  round=$((1 - round))
  tick; gave
  fitness
  clock
  read -r forwards < /proc/sys/net/ipv4/ip_forward
  if [ "$role" = active ] && [ "$forwards" = 0 ]; then
    # The other one may be dead, or what switched it off may do so there too: then it is mended here.
    if [ "$gives" = yes ] && [ $((now - gave)) -lt 3 ]; then why="forwarding was switched off"
    elif held; then say "forwarding was switched off; it is on again"; echo 1 > /proc/sys/net/ipv4/ip_forward
    else why="forwarding was switched off"; gives=yes; give_away; fi
  fi
  # Its rules were its own when it became the standby, and are the pair's now; or somebody switched it on.
  if [ "$role" = standby ] && [ "$forwards" = 1 ] && [ $round = 0 ]; then
    echo "INSTANCE wayout CLOSE 0" > "$state/elected"
  fi
  if [ -z "$why" ]; then score unfit 0; else score unfit -100; fi
  if [ "$why" != "$told" ]; then
    [ -z "$why" ] || say "not fit to be active: $why"
    echo "$why" > "$state/unfit"; told=$why
  fi
  [ $round = 0 ] || see_sync

  [ "$role" = standby ] && [ -n "$targets" ] && [ -f /etc/wayout/load ] || continue
  [ $round = 0 ] || [ $failed -gt 0 ] || continue
  if answers -m 30561; then seen=yes; failed=0; continue; fi
  failed=$((failed + 1))
  # It forwarded before, it is not the Internet that is away, and it is not this proxy that is cut off.
  [ $seen = yes ] && [ $failed -ge 3 ] || continue
  held && continue
  if [ "$own_eip" = yes ] && ! answers; then continue; fi
  sees_clients || continue
  tick
  say "takes the active role: $peer answers, but does not forward"
  give_away; failed=0
  # More than the points that the other one may have as the newest, and those that this one may lack.
  sh /etc/wayout/pair/score forced 70
  { sleep 10; sh /etc/wayout/pair/score forced 0; } &
done

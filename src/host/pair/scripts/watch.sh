#!/bin/sh
# Wayout: sees whether this proxy of a pair is fit for its role, and scores it. Runs as long as the agent does.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
state=/run/wayout-pair
# Within this many seconds the role is not given away twice for what is found here: then it is mended in place.
hold=60
score() { sh /etc/wayout/pair/score "$@"; }
say() { echo "wayout-pair: $*"; }
seconds() { date +%s; }
held() { [ $(($(seconds) - $(cat "$state/gave" 2>/dev/null || echo 0))) -lt $hold ]; }
rules_loaded() {
  nft list chain ip wayout translate >/dev/null 2>&1 || iptables -t nat -S WAYOUT-SNAT >/dev/null 2>&1
}
# Why this proxy cannot do its work; nothing when it can. Before it has rules there is no work.
unfit() {
  [ -f /etc/wayout/load ] || return 0
  if ! rules_loaded; then echo "its rules are gone"
  elif ! ip -4 route show default | grep -q "dev $device"; then echo "it has no route to the Internet"
  fi
}
# Any of the targets does, all of them asked at once.
answers() {
  : > "$state/answered"
  for target in $targets; do
    { ping -n -q -c 1 -W 1 "$@" "$target" >/dev/null 2>&1 && echo yes >> "$state/answered"; } &
    asked="$asked $!"
  done
  wait $asked; asked=
  [ -s "$state/answered" ]
}
# What conntrackd says of itself and of the other one.
counters() {
  said=$(timeout 1 conntrackd -C /etc/wayout/pair/conntrackd.conf -s 2>/dev/null) || said=
  heard=$(echo "$said" | awk '/Pckts recv/ { print $(NF - 2); exit }')
}
seen=no; failed=0; last=; heard_at=0; was=; asked=; gives=
while sleep 0.5; do
  . /etc/wayout/pair/settings
  role=
  [ -f "$state/role" ] && role=$(sed -n 's/^role=//p' "$state/role")
  [ -n "$role" ] || continue
  [ "$role" = "$was" ] || { failed=0; seen=no; was=$role; gives=; }
  why=$(unfit)
  if [ "$role" = active ] && [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]; then
    # The other one may be dead, or what switched it off may do so there too: then it is mended here.
    if [ "$gives" = yes ] && [ $(($(seconds) - $(cat "$state/gave"))) -lt 3 ]; then why="forwarding was switched off"
    elif held; then say "forwarding was switched off; it is on again"; echo 1 > /proc/sys/net/ipv4/ip_forward
    else why="forwarding was switched off"; gives=yes; seconds > "$state/gave"; fi
  fi
  if [ -z "$why" ]; then score unfit 0
  else
    [ "$why" = "$(cat "$state/unfit" 2>/dev/null)" ] || say "not fit to be active: $why"
    score unfit -100
  fi
  echo "$why" > "$state/unfit"

  # Only the standby is worse for not knowing the other one's connections: the active one has them.
  worse=-40; [ "$role" = standby ] || worse=0
  counters
  if [ -z "$said" ]; then
    score unsynced $worse; echo "conntrackd does not answer" > "$state/unsynced"
  else
    [ "$heard" = "$last" ] || { last=$heard; heard_at=$(seconds); }
    if [ $(($(seconds) - heard_at)) -gt 4 ]; then
      score unsynced $worse; echo "nothing heard from $peer's conntrackd for $(($(seconds) - heard_at)) s" > "$state/unsynced"
    else
      score unsynced 0; : > "$state/unsynced"
    fi
  fi
  echo "$heard_at" > "$state/heard"

  [ "$role" = standby ] && [ -n "$targets" ] && [ -f /etc/wayout/load ] || continue
  if answers -m 30561; then seen=yes; failed=0; continue; fi
  failed=$((failed + 1))
  # It forwarded before, it is not the Internet that is away, and it is not this proxy that is cut off.
  [ $seen = yes ] && [ $failed -ge 3 ] || continue
  if [ "$own_eip" = yes ] && ! answers; then continue; fi
  held && continue
  say "takes the active role: $peer answers, but does not forward"
  seconds > "$state/gave"; failed=0
  score forced 50
  { sleep 10; score forced 0; } &
done

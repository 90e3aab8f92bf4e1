#!/bin/sh
# Wayout: makes this proxy of a pair the active one, or the standby. The agent calls it, one call after the other.
#   role active    commit what the other one knew, open, take the addresses, announce, tell the other one
#   role standby   close, give the addresses back, ask the other one
#   role forget    of the standby: forget the translations it had when it was active
#   role close     of the standby: forward no more, once its rules are the pair's
#   role rules     its rules are others now: who changes them calls it, and not the agent
#   role off       take no part any more
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
. /etc/wayout/pair/settings
state=/run/wayout-pair
forward=/proc/sys/net/ipv4/ip_forward
# A conntrackd that is stuck must not keep the role from changing.
sync() { timeout 2 conntrackd -C /etc/wayout/pair/conntrackd.conf "$@" >/dev/null 2>&1; }
now() { date +%s%3N; }
# The address of the subnet's router, and its MAC as far as it is known.
router() { ip -4 route show default dev "$outside" | sed -n 's/.* via \([0-9.]*\).*/\1/p' | head -n 1; }
router_mac() { ip -4 neigh show "$(router)" dev "$outside" | sed -n 's/.* lladdr \([0-9a-f:]*\).*/\1/p'; }
# Ways by the other one, of what the standby sends itself; what it forwards has none.
by_the_other() {
  not_by_the_other
  # As clients go: the watch tries it with this mark.
  ip rule add fwmark 0x7761 lookup 7761 pref 7761
  ip route replace default via "$inner" dev "$device" onlink table 7761
  [ "$device" != "$outside" ] || return 0
  # What answers there comes in by another NIC than the host's own route has (rp_filter): the same way without the mark.
  for target in $targets; do ip rule add iif lo from "$address" to "$target" lookup 7761 pref 7761 2>/dev/null; done
  # In one network, the route of the subnet leads a host without an EIP to the other one; here nothing does. That is for
  # what the host begins itself, before it has an address or by the inner one: what answers by the outer address, and
  # what is for private ones, goes as before. Whoever asks with this mark sees the host's own route.
  [ "$own_eip" = no ] || return 0
  ip rule add iif lo fwmark 0x7762 lookup main pref 7762
  ip rule add iif lo lookup main suppress_prefixlength 0 pref 7762
  ip rule add iif lo from 0.0.0.0/32 lookup 7763 pref 7763
  ip rule add iif lo from "$address" lookup 7763 pref 7763
  ip route replace default via "$inner" dev "$device" onlink table 7763
  for private in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16; do
    ip route replace throw $private table 7763
  done
}
not_by_the_other() {
  for pref in 7761 7762 7763; do while ip rule del pref $pref; do :; done; done 2>/dev/null
  for table in 7761 7763; do ip route flush table $table; done 2>/dev/null
}
stop_announcing() {
  for pid in $(cat "$state/announcing" 2>/dev/null); do kill "$pid" 2>/dev/null; done
  rm -f "$state/announcing"
}
# The neighbours' caches: at once, and four times a second as long as it is active, since another one may have spoken in
# between: the one before it, or one that comes back from a split and does not know yet.
announce() {
  for delay in 0 0.25 0.5 0.75; do
    for at in "$inner $device" "$outer $outside"; do
      { sleep $delay; exec arping -q -U -I "${at#* }" -s "${at%% *}" "${at%% *}"; } >/dev/null 2>&1 &
      echo $! >> "$state/announcing"
    done
  done
}
# What comes back for the connections that were taken over is let in by the cloud; what is not the gateway's goes again.
take_over() {
  mac=$(router_mac)
  [ -n "$mac" ] || { ping -n -q -c 1 -W 1 "$(router)" >/dev/null 2>&1; mac=$(router_mac); }
  { conntrack -L; conntrack -L -f ipv6; } 2>/dev/null | perl /etc/wayout/pair/open-groups "$outside" "$mac" "$@"
}
# Its rules translate to an address of its own: the route leads to this host and not to the pair, not yet or not any more.
# What comes here passes then, whoever is active.
alone() {
  rules=$({ nft list chain ip wayout translate || iptables -t nat -S WAYOUT-SNAT; } 2>/dev/null)
  [ -n "$rules" ] && ! echo "$rules" | grep -qwF -e "$outer"
}
# Where its own address has no EIP, what the active host itself sends leaves from the virtual one: by two halves of the
# Internet, so that the host's own default route stays as it is. The kernel takes them away with the address. Where it is
# alone it leaves as its clients do, from its own address: the virtual one has no EIP yet, or not any more.
leave_from_outer() {
  [ "$own_eip" = no ] || return 0
  via=$(router)
  [ -n "$via" ] || return 0
  if alone; then by_itself=yes; else by_itself=no; fi
  for half in 0.0.0.0/1 128.0.0.0/1; do
    if [ $by_itself = yes ]; then ip -4 route del $half via "$via" dev "$outside" src "$outer" 2>/dev/null
    else ip -4 route replace $half via "$via" dev "$outside" onlink src "$outer"; fi
  done
}
close() { alone || echo 0 > $forward; }
# The whole of a file at once: the agent of another moment may read it.
tell() { printf 'role=%s\nsince=%s\ncommit=%s\ntook=%s\n' "$@" > "$state/role.new" && mv "$state/role.new" "$state/role"; }

begin=$(now)
case $1 in
  active)
    # The newest one wins while both believe to be active, whichever way the link between them is cut. The watch takes the
    # points away once the other one is heard again and has given in.
    sh /etc/wayout/pair/score newest 20
    if sync -c; then commit=ok; else commit=failed; fi
    echo 1 > $forward
    ip addr add "$inner/32" dev "$device" 2>/dev/null
    ip addr add "$outer/32" dev "$outside" 2>/dev/null
    stop_announcing
    announce
    tell active "$begin" $commit $(($(now) - begin))
    leave_from_outer
    not_by_the_other
    # In a planned switch the other one was open until a moment ago: what it told meanwhile is taken over too.
    touch "$state/telling"
    {
      take_over
      sync -c; sleep 0.3; sync -c; take_over last; sync -f; sync -R; sync -B
      sleep 1; rm -f "$state/telling"
    } &
    ;;
  standby)
    stop_announcing
    # Asked to hand over: open until the other one has everything, so that nothing is lost in between.
    if [ -e "$state/handing-over" ]; then sleep 0.2; rm -f "$state/handing-over"; fi
    close
    ip addr del "$inner/32" dev "$device" 2>/dev/null
    ip addr del "$outer/32" dev "$outside" 2>/dev/null
    tell standby "$begin" none $(($(now) - begin))
    sh /etc/wayout/pair/score newest 0
    by_the_other
    sync -n &
    ;;
  forget)
    # What it carried until it became the standby must not be in the way when it takes over again: a client that uses a
    # port a second time would find the old translation there.
    conntrack -D --reply-dst "$outer" >/dev/null 2>&1
    ;;
  close)
    close
    ;;
  rules)
    ! grep -qs '^role=active' "$state/role" || leave_from_outer
    ;;
  off)
    stop_announcing
    # The other one takes over within 200 ms, and until then this one is open.
    grep -qs '^role=active' "$state/role" && sleep 0.3
    close
    ip addr del "$inner/32" dev "$device" 2>/dev/null
    ip addr del "$outer/32" dev "$outside" 2>/dev/null
    # What was translated to the virtual IP has no way any more: its clients are told so by the other end at once.
    if alone; then conntrack -D --reply-dst "$outer" >/dev/null 2>&1; fi
    not_by_the_other
    rm -f "$state/role" "$state/settled" "$state/handing-over"
    ;;
esac
exit 0

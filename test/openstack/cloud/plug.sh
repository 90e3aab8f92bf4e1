#!/bin/bash
# Plugs a network namespace into a Neutron port, as a hypervisor plugs a virtual machine (and Neutron's own fullstack tests
# do): the other end of its device is the port's tap device on our node; Neutron's agents do the rest.
#
#   plug.sh in NAME PORT eth0      into namespace wos-vm-NAME, without an address; waits until the port is ACTIVE
#   plug.sh lease NAME eth0        an address and routes by DHCP, from Neutron's dnsmasq
#   plug.sh out NAME               unplugs it and deletes the namespace
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BIN=$HERE/bin
for part in settings processes keystone; do . "$HERE/parts/$part.sh"; done
. "$STATE/secrets"

plug_in() { # NAME PORT DEVICE
  local namespace=$SERVER_PREFIX$1 device=$3 port tap=tap${2:0:11} bridge
  log_in_as_admin
  port=$(call GET "$NEUTRON/v2.0/ports/$2" | jq .port)
  [ "$(jq -r '."binding:vif_type"' <<<"$port")" = bridge ] || die "port $2 is not bound to $NODE: make a Nova server of it"
  bridge=brq$(jq -r '.network_id[0:11]' <<<"$port")
  [ -e "/run/netns/$namespace" ] || ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  ip -n "$namespace" link add "$device" address "$(jq -r .mac_address <<<"$port")" type veth peer name "$tap" netns $NODE
  ip -n "$namespace" link set "$device" up mtu 1450
  # The tap of a server's port is put into the network's bridge by the hypervisor (os-vif), not by the agent.
  ip -n $NODE link show "$bridge" >/dev/null 2>&1 || ip -n $NODE link add "$bridge" type bridge forward_delay 0 stp_state 0
  ip -n $NODE link set "$bridge" up
  ip -n $NODE link set "$tap" master "$bridge" up
  wait_for 60 "port $2" tree port_is_active "$2"
}
port_is_active() { [ "$(call GET "$NEUTRON/v2.0/ports/$1?fields=status" | jq -r .port.status)" = ACTIVE ]; }
lease() { # NAME DEVICE
  # Classless static routes (RFC 3442) are told to those who ask for them, as every other DHCP client does.
  ip netns exec "$SERVER_PREFIX$1" udhcpc -i "$2" -O staticroutes -q -n -f -t 5 -T 1 -s "$BIN/lease" >>"$LOG/lease.log" 2>&1 ||
    die "no lease for $1, see $LOG/lease.log"
}
plug_out() { ip netns delete "$SERVER_PREFIX$1"; }

case ${1:-} in
  in) plug_in "$2" "$3" "$4" ;;
  lease) lease "$2" "$3" ;;
  out) plug_out "$2" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

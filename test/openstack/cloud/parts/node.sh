# A hypervisor and network node in a namespace, with Neutron's own agents in it, and the Internet in another one:
#
#   wos-vm-NAME --veth-- tap... [bridge brq..., Neutron's iptables and ebtables] -- qrouter-..., qdhcp-...
#                          all in wos-node                                          [brq...] -- wos-ext --veth-- wos-inet
#
# The agents need AMQP alone of the control plane. It reaches them over a unix socket: nothing listens beyond loopback.
make_namespaces() {
  make_namespace $NODE
  make_namespace $INTERNET
  ip -n $NODE link show wos-ext >/dev/null 2>&1 || ip -n $NODE link add wos-ext type veth peer name wos-ext-inet netns $INTERNET
  ip -n $NODE link set wos-ext up
  ip -n $INTERNET link set wos-ext-inet up
  ip -n $INTERNET addr replace 203.0.113.1/24 dev wos-ext-inet
  local site
  for site in 198.51.100.10 198.51.100.20 198.51.100.53 198.51.100.80; do ip -n $INTERNET addr replace $site/32 dev lo; done
  # VXLAN needs an address below it; a bridge without ports does where the kernel has no dummy devices.
  ip -n $NODE link show wos-tun >/dev/null 2>&1 || ip -n $NODE link add wos-tun type bridge
  ip -n $NODE link set wos-tun up
  ip -n $NODE addr replace 192.0.2.10/24 dev wos-tun
}
make_namespace() {
  [ -e "/run/netns/$1" ] || ip netns add "$1"
  ip -n "$1" link set lo up
}
start_agents() {
  mkdir -p "$STATE/neutron/lock-agents"
  start amqp-outside socat UNIX-LISTEN:"$RUN/amqp.sock",fork,unlink-early,mode=600 TCP:127.0.0.1:$PORT_AMQP
  start amqp-inside nsenter --net=/run/netns/$NODE socat TCP-LISTEN:$PORT_AMQP,bind=127.0.0.1,reuseaddr,fork UNIX-CONNECT:"$RUN/amqp.sock"
  cat >"$ETC/neutron/agent.conf" <<X
[DEFAULT]
host = $NODE
state_path = $STATE/neutron
transport_url = $(transport_url)
rpc_response_timeout = 60
[oslo_concurrency]
lock_path = $STATE/neutron/lock-agents
[agent]
root_helper =
report_interval = 10
# A dnsmasq that is told of a second change while it still starts for the first one dies of the SIGHUP. The agent looks
# after it once a minute, unless told otherwise.
check_child_processes_interval = 5
X
  cat >"$ETC/neutron/linuxbridge.ini" <<X
[linux_bridge]
physical_interface_mappings = external:wos-ext
[vxlan]
enable_vxlan = True
local_ip = 192.0.2.10
l2_population = False
[securitygroup]
firewall_driver = iptables
enable_security_group = True
enable_ipset = True
[agent]
polling_interval = 1
prevent_arp_spoofing = True
X
  cat >"$ETC/neutron/l3.ini" <<X
[DEFAULT]
interface_driver = linuxbridge
agent_mode = legacy
enable_metadata_proxy = False
[agent]
extensions = port_forwarding
X
  cat >"$ETC/neutron/dhcp.ini" <<X
[DEFAULT]
interface_driver = linuxbridge
dhcp_driver = neutron.agent.linux.dhcp.Dnsmasq
enable_isolated_metadata = False
dnsmasq_config_file = /etc/neutron/dnsmasq-neutron.conf
X
  agents_run || AGENTS_SINCE=$(date -u '+%F %T')
  agent linuxbridge
  agent l3
  agent dhcp
}
agents_run() { alive neutron-linuxbridge && alive neutron-l3 && alive neutron-dhcp; }
agent() {
  start "neutron-$1" "$BIN/in-node" $NODE "neutron-$1-agent" --config-file "$ETC/neutron/agent.conf" \
    --config-file "$ETC/neutron/$1.ini" --log-file "$LOG/neutron-$1.log"
}
AGENTS_SINCE=0
# Only a heartbeat since they were started: Neutron keeps the word of the ones before for a while.
agents_report() {
  [ "$(call GET "$NEUTRON/v2.0/agents?host=$NODE" |
    jq --arg since "$AGENTS_SINCE" '[.agents[] | select(.alive and .heartbeat_timestamp >= $since)] | length')" -ge 3 ]
}
remove_namespaces() {
  local namespace
  for namespace in $(ip netns list | awk '{ print $1 }'); do
    case $namespace in
      qrouter-* | qdhcp-*) made_by_our_agents "${namespace#*-}" || continue ;;
      $NODE | $INTERNET | $SERVER_PREFIX*) ;;
      *) continue ;;
    esac
    ip netns delete "$namespace"
  done
}
# Neutron names its namespaces by ids alone; the agents' logs tell which ones were theirs.
made_by_our_agents() { grep -qsF -- "$1" "$LOG/neutron-l3.log" "$LOG/neutron-dhcp.log"; }

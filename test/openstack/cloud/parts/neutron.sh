# Neutron's server: ML2, linuxbridge, VXLAN for tenants, one flat external network.
write_neutron_settings() {
  mkdir -p "$ETC/neutron" "$STATE/neutron/lock"
  cat >"$ETC/neutron/neutron.conf" <<X
[DEFAULT]
core_plugin = ml2
service_plugins = router,port_forwarding,qos,trunk
auth_strategy = keystone
bind_host = 127.0.0.1
bind_port = $PORT_NEUTRON
api_paste_config = /usr/share/neutron-common/api-paste.ini
api_workers = 1
rpc_workers = 1
rpc_state_report_workers = 0
state_path = $STATE/neutron
transport_url = $(transport_url)
router_distributed = False
l3_ha = False
dhcp_agents_per_network = 1
dhcp_agent_notification = True
agent_down_time = 75
notify_nova_on_port_status_changes = True
notify_nova_on_port_data_changes = True
send_events_interval = 1
global_physnet_mtu = 1500
[experimental]
linuxbridge = True
[database]
connection = $(database_url neutron)
max_pool_size = 10
[oslo_concurrency]
lock_path = $STATE/neutron/lock
[agent]
root_helper =
report_interval = 20
$(token_section neutron)
[nova]
$(service_login nova)
[placement]
$(service_login placement)
[quotas]
quota_router = -1
quota_floatingip = -1
quota_port = -1
quota_network = -1
quota_subnet = -1
X
  cat >"$ETC/neutron/ml2.ini" <<X
[ml2]
type_drivers = flat,local,vxlan
tenant_network_types = vxlan
mechanism_drivers = linuxbridge
extension_drivers = port_security,qos
[ml2_type_flat]
flat_networks = external
[ml2_type_vxlan]
vni_ranges = 1:4000
[securitygroup]
enable_security_group = True
enable_ipset = True
X
}
neutron_files() { echo "--config-file $ETC/neutron/neutron.conf --config-file $ETC/neutron/ml2.ini"; }
make_neutron_schema() { once neutron-database in_clean_environment neutron-db-manage $(neutron_files) upgrade heads; }
start_neutron() {
  start neutron-server neutron-server $(neutron_files) --log-file "$LOG/neutron-server.log"
  wait_for 120 Neutron neutron-server web_answers $NEUTRON/
}
make_external_network() {
  local network
  network=$(ensure $NEUTRON/v2.0/networks name=external network \
    '{"name":"external","router:external":true,"provider:network_type":"flat","provider:physical_network":"external"}')
  ensure $NEUTRON/v2.0/subnets name=external-v4 subnet '{"name":"external-v4","network_id":"'$network'","ip_version":4,
    "cidr":"203.0.113.0/24","enable_dhcp":false,"gateway_ip":"203.0.113.1",
    "allocation_pools":[{"start":"203.0.113.100","end":"203.0.113.250"}]}' >/dev/null
}

# Placement, Glance, and Nova with its own fake driver: servers become ACTIVE without a hypervisor; their ports are
# Neutron's, bound to our node, and plug.sh gives each of them a namespace.
write_nova_settings() {
  mkdir -p "$ETC/nova" "$ETC/glance" "$ETC/placement" "$STATE/nova/lock" "$STATE/nova/instances" "$STATE/glance/images"
  cat >"$ETC/placement/placement.conf" <<X
[DEFAULT]
log_dir = $LOG
[api]
auth_strategy = keystone
[placement_database]
connection = $(database_url placement)
$(token_section placement)
X
  cat >"$ETC/glance/glance-api.conf" <<X
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $PORT_GLANCE
workers = 0
enabled_backends = files:file
[database]
connection = $(database_url glance)
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = $STATE/glance/images
[paste_deploy]
flavor = keystone
config_file = $(glance_paste_file)
[oslo_concurrency]
lock_path = $STATE/glance
$(token_section glance)
X
  cat >"$ETC/nova/nova.conf" <<X
[DEFAULT]
host = $NODE
my_ip = 127.0.0.1
state_path = $STATE/nova
instances_path = $STATE/nova/instances
transport_url = $(transport_url)
enabled_apis = osapi_compute
osapi_compute_listen = 127.0.0.1
osapi_compute_listen_port = $PORT_NOVA
osapi_compute_workers = 1
compute_driver = fake.FakeDriver
report_interval = 10
service_down_time = 60
[api]
auth_strategy = keystone
[api_database]
connection = $(database_url nova_api)
[database]
connection = $(database_url nova)
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 30
[glance]
api_servers = $GLANCE
[cinder]
catalog_info = volumev3::publicURL
[oslo_concurrency]
lock_path = $STATE/nova/lock
[vnc]
enabled = False
[wsgi]
api_paste_config = /etc/nova/api-paste.ini
[placement]
$(service_login placement)
[neutron]
$(service_login neutron)
[service_user]
send_service_user_token = False
$(service_login nova)
$(token_section nova)
X
}
glance_paste_file() {
  local file
  for file in /usr/share/glance-api/glance-api-paste.ini /etc/glance/glance-api-paste.ini /usr/share/glance-common/glance-api-paste.ini; do
    [ ! -e "$file" ] || { echo "$file"; return 0; }
  done
  die "the package glance-api has no glance-api-paste.ini where it used to be"
}
nova_manage() { in_clean_environment nova-manage --config-file "$ETC/nova/nova.conf" "$@"; }
make_nova_schemas() {
  once placement-database in_clean_environment placement-manage --config-file "$ETC/placement/placement.conf" db sync
  once glance-database in_clean_environment glance-manage --config-file "$ETC/glance/glance-api.conf" db_sync
  once nova-api-database nova_manage api_db sync
  once nova-cell0 nova_manage cell_v2 map_cell0 --database_connection "$(database_url nova_cell0)"
  once nova-database nova_manage db sync
  once nova-cell1 nova_manage cell_v2 create_cell --name cell1
}
start_nova() {
  wsgi_service placement $PORT_PLACEMENT 1 /usr/bin/placement-api OS_PLACEMENT_CONFIG_DIR="$ETC/placement"
  start glance glance-api --config-file "$ETC/glance/glance-api.conf" --log-file "$LOG/glance-api.log"
  local service
  for service in conductor scheduler api; do
    start "nova-$service" "nova-$service" --config-file "$ETC/nova/nova.conf" --log-file "$LOG/nova-$service.log"
  done
  wait_for 60 Placement placement web_answers $PLACEMENT/
  start nova-compute "$BIN/nova-compute" --config-file "$ETC/nova/nova.conf" --log-file "$LOG/nova-compute.log"
  wait_for 60 Glance glance web_answers $GLANCE/healthcheck
  wait_for 90 Nova nova-api web_answers $NOVA/
  wait_for 120 "Nova's host" nova-compute compute_host_is_known
}
compute_host_is_known() {
  [ -e "$STATE/done/nova-host" ] && return 0
  nova_manage cell_v2 discover_hosts && nova_manage cell_v2 list_hosts | grep -q $NODE && touch "$STATE/done/nova-host"
}
make_flavor_and_image() {
  ensure $NOVA/v2.1/flavors is_public=true flavor '{"name":"tiny","vcpus":1,"ram":64,"disk":1,"os-flavor-access:is_public":true}' >/dev/null
  local image
  image=$(call GET "$GLANCE/v2/images?name=fake" | jq -r '.images[0] | select(.status == "active") | .id')
  [ -z "$image" ] || return 0
  image=$(call POST $GLANCE/v2/images '{"name":"fake","disk_format":"raw","container_format":"bare","visibility":"public"}' | jq -r .id)
  # The fake driver boots nothing of it; Nova wants an image that has content.
  head -c 1024 /dev/zero | curl --noproxy '*' -fsS -X PUT -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/octet-stream' \
    --data-binary @- "$GLANCE/v2/images/$image/file"
}

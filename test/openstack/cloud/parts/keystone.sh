# Keystone, and how the other services use it.
web_answers() { curl --noproxy '*' -fsS -m 5 -o /dev/null "$1"; }
wsgi_service() { # NAME PORT PROCESSES SCRIPT SETTING...
  local name=$1 port=$2 processes=$3 script=$4
  shift 4
  start "$name" env "$@" uwsgi --plugin python3 --http-socket "127.0.0.1:$port" --master --lazy-apps --die-on-term \
    --processes "$processes" --threads 4 --enable-threads --buffer-size 65535 --listen 100 --add-header "Connection: close" \
    --need-app --wsgi-file "$script"
}
start_keystone() {
  mkdir -p "$ETC/keystone"
  cat >"$ETC/keystone/keystone.conf" <<X
[DEFAULT]
log_dir = $LOG
public_endpoint = $KEYSTONE
[database]
connection = $(database_url keystone)
[fernet_tokens]
key_repository = $ETC/keystone/fernet-keys
[credential]
key_repository = $ETC/keystone/credential-keys
[token]
provider = fernet
expiration = 86400
X
  once keystone-token-keys keystone_manage fernet_setup --keystone-user root --keystone-group root
  once keystone-credential-keys keystone_manage credential_setup --keystone-user root --keystone-group root
  once keystone-database keystone_manage db_sync
  once keystone-bootstrap keystone_manage bootstrap --bootstrap-password "$PASSWORD_ADMIN" --bootstrap-username admin \
    --bootstrap-project-name admin --bootstrap-role-name admin --bootstrap-service-name keystone \
    --bootstrap-region-id RegionOne --bootstrap-admin-url $KEYSTONE/v3 \
    --bootstrap-internal-url $KEYSTONE/v3 --bootstrap-public-url $KEYSTONE/v3
  wsgi_service keystone $PORT_KEYSTONE 2 /usr/bin/keystone-wsgi-public OS_KEYSTONE_CONFIG_DIR="$ETC/keystone" OS_KEYSTONE_CONFIG_FILES=keystone.conf
  wait_for 60 Keystone keystone web_answers $KEYSTONE/v3
}
keystone_manage() { in_clean_environment keystone-manage --config-file "$ETC/keystone/keystone.conf" "$@"; }
service_login() { # USER: for a configuration file
  cat <<X
auth_type = password
auth_url = $KEYSTONE/v3
region_name = RegionOne
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $PASSWORD_SERVICE
X
}
token_section() { # USER
  printf '[keystone_authtoken]\nwww_authenticate_uri = %s/v3\n' $KEYSTONE
  service_login "$1"
}

# Over the REST API, since each call of the openstack client takes seconds.
log_in_as_admin() {
  TOKEN=$(curl --noproxy '*' -fsS -D - -o /dev/null -H 'Content-Type: application/json' $KEYSTONE/v3/auth/tokens -d '{"auth":{
    "identity":{"methods":["password"],"password":{"user":{"name":"admin","domain":{"id":"default"},"password":"'"$PASSWORD_ADMIN"'"}}},
    "scope":{"project":{"name":"admin","domain":{"id":"default"}}}}}' |
    tr -d '\r' | awk 'tolower($1) == "x-subject-token:" { print $2 }')
  [ -n "$TOKEN" ]
}
call() { # METHOD URL [BODY]: as admin
  curl --noproxy '*' -fsS -X "$1" -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/json' ${3:+-d "$3"} "$2"
}
ensure() { # URL-OF-COLLECTION QUERY KEY BODY: prints the id
  local id collection=${1##*/}
  id=$(call GET "$1?$2" | jq -r ".[\"${collection//-/_}\"][0].id // empty")
  [ -n "$id" ] || id=$(call POST "$1" "{\"$3\":$4}" | jq -r ".[\"$3\"].id")
  [ -n "$id" ] || die "$1: no $3 was made"
  echo "$id"
}
fill_keystone() {
  log_in_as_admin
  local services admin member name user project
  services=$(ensure $KEYSTONE/v3/projects name=service project '{"name":"service","domain_id":"default"}')
  admin=$(ensure $KEYSTONE/v3/roles name=admin role '{"name":"admin"}')
  member=$(ensure $KEYSTONE/v3/roles name=member role '{"name":"member"}')
  for name in neutron nova placement glance; do
    user=$(ensure $KEYSTONE/v3/users name=$name user '{"name":"'$name'","domain_id":"default","password":"'$PASSWORD_SERVICE'"}')
    call PUT "$KEYSTONE/v3/projects/$services/users/$user/roles/$admin"
  done
  endpoint neutron network $NEUTRON
  endpoint nova compute $NOVA/v2.1
  endpoint placement placement $PLACEMENT
  endpoint glance image $GLANCE
  project=$(ensure $KEYSTONE/v3/projects name=tenant project '{"name":"tenant","domain_id":"default"}')
  user=$(ensure $KEYSTONE/v3/users name=tenant user '{"name":"tenant","domain_id":"default","password":"'$PASSWORD_TENANT'"}')
  call PUT "$KEYSTONE/v3/projects/$project/users/$user/roles/$member"
}
endpoint() { # NAME TYPE URL
  local service interface
  service=$(ensure $KEYSTONE/v3/services "type=$2" service '{"name":"'$1'","type":"'$2'"}')
  for interface in public internal admin; do
    ensure $KEYSTONE/v3/endpoints "service_id=$service&interface=$interface" endpoint \
      '{"service_id":"'$service'","interface":"'$interface'","url":"'$3'","region_id":"RegionOne"}' >/dev/null
  done
}

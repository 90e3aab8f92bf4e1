# Passwords of this cloud, made once for each state directory, and the clouds.yaml that has them.
make_secrets() {
  local name
  [ -s "$STATE/secrets" ] || (
    umask 077
    for name in DATABASE BROKER ADMIN SERVICE TENANT; do
      echo "PASSWORD_$name=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')"
    done >"$STATE/secrets.new" && mv "$STATE/secrets.new" "$STATE/secrets"
  )
  . "$STATE/secrets"
}
write_clouds_file() {
  (
    umask 077
    { echo "clouds:"; cloud_entry tenant "$PASSWORD_TENANT"; cloud_entry admin "$PASSWORD_ADMIN"; } >"$STATE/clouds.yaml"
  )
}
cloud_entry() { # NAME PASSWORD: the project and the user have the entry's name
  cat <<X
  $1:
    region_name: RegionOne
    identity_api_version: 3
    interface: public
    auth:
      auth_url: $KEYSTONE/v3
      project_name: $1
      project_domain_name: Default
      username: $1
      user_domain_name: Default
      password: $2
X
}

#!/bin/bash
# A real OpenStack (release Zed, the packages of Debian 12) on this machine: Keystone, Neutron with its linuxbridge, L3 and
# DHCP agents, Nova with the fake driver, Placement, Glance, RabbitMQ and MariaDB.
#
#   up.sh                 packages, services, users, external network; prints the path of a clouds.yaml (entries tenant, admin)
#   plug.sh ...           namespaces that play the servers
#   down.sh [--keep]      ends all of it and removes it; the packages stay, switched off
#
# Every service listens on 127.0.0.1 or a unix socket, packets stay in namespaces of this cloud, everything it writes is in
# one directory ($WAYOUT_OPENSTACK_STATE, /var/lib/wayout-openstack). What runs already is left alone, so up.sh can be
# called again after anything. A machine with an OpenStack, MariaDB or RabbitMQ of its own is refused.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BIN=$HERE/bin
for part in settings processes packages secrets broker-and-database keystone neutron node nova; do . "$HERE/parts/$part.sh"; done

refuse_where_impossible
refuse_others_services
mkdir -p "$RUN" "$LOG" "$ETC"
chmod 755 "$STATE"
exec 9>"$STATE/lock"
flock -n 9 || die "another up.sh or down.sh is at work on $STATE"

install_packages
make_secrets
write_clouds_file
say "broker, database"
# First the namespaces: `ip` mounts /run/netns where nobody has yet, and the tree sees what is mounted when it begins.
make_namespaces
start_tree
start_broker
start_database
say "Keystone"
start_keystone
write_neutron_settings
write_nova_settings
say "schemas of Neutron and Nova, users, catalogue"
make_neutron_schema &
neutron_schema=$!
make_nova_schemas &
nova_schemas=$!
once keystone-filled fill_keystone
wait $neutron_schema
wait_for 120 RabbitMQ rabbit broker_answers
say "Neutron"
start_neutron
wait $nova_schemas
log_in_as_admin
say "agents, Nova"
start_agents
start_nova
wait_for 120 "Neutron's agents" neutron-linuxbridge agents_report
once external-network make_external_network
once flavor-and-image make_flavor_and_image
say "up after $SECONDS s"
echo "$STATE/clouds.yaml"

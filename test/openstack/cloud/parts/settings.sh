# Names, ports and places of the cloud; sourced by up.sh, down.sh and plug.sh.
export PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
STATE=${WAYOUT_OPENSTACK_STATE:-/var/lib/wayout-openstack}
RUN=$STATE/run
LOG=$STATE/log
ETC=$STATE/etc
SOCKET=$RUN/mysql/socket

# Not the well-known ports: an OpenStack that the machine already has keeps its own.
PORT_KEYSTONE=15000
PORT_NEUTRON=19696
PORT_NOVA=18774
PORT_PLACEMENT=18778
PORT_GLANCE=19292
PORT_AMQP=15673
PORT_EPMD=14369
PORT_ERLANG=15674
PORTS=($PORT_KEYSTONE $PORT_NEUTRON $PORT_NOVA $PORT_PLACEMENT $PORT_GLANCE $PORT_AMQP $PORT_EPMD $PORT_ERLANG)
KEYSTONE=http://127.0.0.1:$PORT_KEYSTONE
NEUTRON=http://127.0.0.1:$PORT_NEUTRON
NOVA=http://127.0.0.1:$PORT_NOVA
PLACEMENT=http://127.0.0.1:$PORT_PLACEMENT
GLANCE=http://127.0.0.1:$PORT_GLANCE

# Namespaces: hypervisor and network node in one, the Internet, one for each server.
NODE=wos-node
INTERNET=wos-inet
SERVER_PREFIX=wos-vm-

say() { printf '[%s] %s\n' "$(date +%T)" "$*" >&2; }
die() { printf 'openstack: %s\n' "$*" >&2; exit 1; }

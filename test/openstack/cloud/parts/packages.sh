# What the cloud is made of, and what is refused because it is somebody else's.
PACKAGES=(
  keystone neutron-server nova-api nova-conductor nova-scheduler placement-api glance-api
  neutron-linuxbridge-agent neutron-l3-agent neutron-dhcp-agent
  mariadb-server rabbitmq-server uwsgi-plugin-python3 python3-openstackclient
  conntrack curl ebtables ipset iproute2 iptables iputils-ping iputils-arping jq procps socat tcpdump udhcpc util-linux
)
SERVICE_PATTERN='^(mariadb|mariadbd|mysqld|rabbitmq-server|epmd|keystone.*|neutron-.*|nova-.*|placement-.*|glance-.*)$'

refuse_where_impossible() {
  [ "$(id -u)" = 0 ] || die "namespaces and Debian packages need root. Nothing was changed."
  grep -qE '^VERSION_ID="?12' /etc/os-release 2>/dev/null && grep -qE '^ID(_LIKE)?=.*debian' /etc/os-release ||
    die "this is made of the packages of Debian 12 (OpenStack Zed), and this is not Debian 12. Nothing was changed."
}
refuse_others_services() {
  local found
  found="$(others_processes; others_boot_links; taken_ports)"
  [ -z "$found" ] || die "this machine has services of its own of the kinds that this cloud is made of:
$found
They are left alone, and nothing was changed. Use a machine or a virtual machine without them."
}
others_processes() {
  local tree='' directory pid name
  alive tree && tree=$(readlink "/proc/$(pid_of tree)/ns/pid")
  for directory in /proc/[0-9]*; do
    pid=${directory#/proc/}
    name=$(service_name "$pid") || continue
    [ -n "$tree" ] && [ "$(readlink "$directory/ns/pid")" = "$tree" ] && continue
    echo "  process $pid, $name"
  done
}
service_name() { # PID: the program, or the script that an interpreter runs
  local -a words
  local word
  mapfile -t -d '' words 2>/dev/null <"/proc/$1/cmdline" || return 1
  for word in "${words[@]:0:2}"; do
    word=${word##*/}
    word=${word%%:*}
    [[ $word =~ $SERVICE_PATTERN ]] && { echo "$word"; return 0; }
  done
  return 1
}
# A package that this script installs is switched off for boot; one that starts at boot is the user's.
others_boot_links() {
  local link name
  for link in /etc/systemd/system/*.wants/*.service /etc/rc[2345].d/S*; do
    [ -L "$link" ] || continue
    name=${link##*/}
    name=${name%.service}
    [[ $link == /etc/rc* ]] && name=${name#S[0-9][0-9]}
    [[ ! $name =~ $SERVICE_PATTERN ]] || echo "  started at boot, $link"
  done
}
taken_ports() {
  local port
  alive tree && return 0
  for port in "${PORTS[@]}"; do
    [ -z "$(ss -Hltn "sport = :$port")" ] || echo "  somebody listens on port $port"
  done
}
missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}
install_packages() {
  local missing result=0 before
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Debian packages: ${missing[*]}"
  before=$(installed_packages)
  forbid_service_starts
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq -o DPkg::Lock::Timeout=600 || result=$?
  [ $result != 0 ] || env -u PYTHONDONTWRITEBYTECODE apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-unsafe-io "${missing[@]}" >"$LOG/apt.log" 2>&1 || result=$?
  # Also after a failure: what did get installed must not start at the next boot.
  comm -13 <(echo "$before") <(installed_packages) | switch_off_at_boot
  allow_service_starts
  [ $result = 0 ] || { tail -n 20 "$LOG/apt.log" >&2; die "apt-get failed, see $LOG/apt.log"; }
}
# Debian's own way to say that no package may start its service while it is installed.
POLICY=/usr/sbin/policy-rc.d
forbid_service_starts() {
  local answer=0
  if [ -e $POLICY ]; then
    $POLICY mariadb start >/dev/null 2>&1 || answer=$?
    [ $answer = 101 ] || die "$POLICY of this machine lets packages start their services. Nothing was installed."
    return 0
  fi
  trap allow_service_starts EXIT
  printf '#!/bin/sh\n# Made by test/openstack/cloud/up.sh\nexit 101\n' >$POLICY
  chmod 755 $POLICY
}
allow_service_starts() { ! grep -qs 'test/openstack/cloud/up.sh' $POLICY || rm -f $POLICY; }
installed_packages() { dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' | sed -n 's/^installed //p' | sort; }
switch_off_at_boot() { # packages on stdin
  local package file
  while read -r package; do
    dpkg -L "$package" | grep -E '^(/usr)?/lib/systemd/system/[^/]+\.(service|socket|timer)$|^/etc/init\.d/[^/]+$' |
    while read -r file; do
      case $file in
        /etc/init.d/*) update-rc.d "${file##*/}" disable ;;
        *) DPKG_MAINTSCRIPT_PACKAGE=$package deb-systemd-helper disable "${file##*/}" ;;
      esac
    done
  done >>"$LOG/apt.log" 2>&1 || true
}

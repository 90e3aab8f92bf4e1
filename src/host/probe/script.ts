/**
 * The one script that reads a host: marked sections, parsed by facts.ts. It only reads, needs a POSIX shell and works
 * with old tools (`ip` without -j, no stat, no base64). While an unconfirmed change is armed, what it will put back is
 * reported instead of what is there for that minute.
 */
import { savedPaths } from "../hand-made-files.ts";
import { ownPaths, ownTable, stateFolder } from "../own-paths.ts";
import { ownRouteMark, pairPaths, pairState, pairUnits } from "../pair/paths.ts";
import { signingPaths } from "../pair/signing.ts";
import { quote } from "../script.ts";

export const sectionMark = "@@wayout";

/** An address that only the route to the Internet leads to; nothing is sent there. */
const internetAddress = "9.9.9.9";

export const sysctlNames = [
  "net.ipv4.ip_forward",
  "net.ipv4.conf.all.accept_redirects",
  "net.ipv4.conf.default.forwarding",
  "net.ipv4.conf.all.send_redirects",
  "net.ipv4.conf.default.send_redirects",
  "net.netfilter.nf_conntrack_max",
  "net.netfilter.nf_conntrack_tcp_be_liberal",
  "net.netfilter.nf_conntrack_buckets",
] as const;

const commands = [
  "nft",
  "iptables",
  "systemctl",
  "conntrack",
  "curl",
  "keepalived",
  "conntrackd",
  "arping",
  "perl",
  "apt-get",
  "dnf",
  "yum",
];
const ownFiles = [...Object.values(ownPaths), ...Object.values(pairPaths)].map(quote).join(" ");

export const probeScript = `
${stateFolder}
section() { echo "${sectionMark} $*"; }
encoded() { if command -v base64 >/dev/null; then base64; else od -An -v -tx1; fi; }
file() {
  mode=$(stat -L -c %a "$2" 2>/dev/null) || mode=644
  if command -v base64 >/dev/null; then as=base64; else as=hex; fi
  section "$1" "$mode" "$as" "$2"; encoded < "$2"
}

section kernel; uname -r
section os
if [ -r /etc/os-release ]; then grep '^PRETTY_NAME=' /etc/os-release
else head -n 1 /etc/redhat-release /etc/system-release 2>/dev/null; fi
section uid; id -u
section login
# sudo does not pass it on; then it is in the environment of the shell that called sudo.
login=\${SSH_CONNECTION-}; pid=$$
while [ -z "$login" ] && [ "\${pid:-0}" -gt 1 ]; do
  pid=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null)
  login=$(tr '\\0' '\\n' < "/proc/\${pid:-0}/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
done
echo "$login"
section init
cat /proc/1/comm 2>/dev/null
[ -d /run/systemd/system ] && echo /run/systemd/system
[ -f /etc/inittab ] && echo /etc/inittab
[ -d /etc/init.d ] && echo /etc/init.d
[ -d /etc/rc.d ] && echo /etc/rc.d
section commands
for name in ${commands.join(" ")}; do command -v "$name" >/dev/null && echo "$name"; done
nft list tables >/dev/null 2>&1 && echo nft-works

section links; ip -o link show 2>/dev/null
section addresses; ip -4 -o addr show 2>/dev/null
section route; ip -4 route get ${internetAddress} mark ${ownRouteMark} 2>/dev/null || ip -4 route get ${internetAddress} 2>/dev/null
section memory; grep '^MemTotal:' /proc/meminfo

section sysctl
sysctl_of() {
  [ -f "$2" ] || return 0
  old=$state/armed/sysctl/$1
  if [ -f "$old" ]; then value=$(cat "$old"); else value=$(cat "$2"); fi
  if [ -w "$2" ]; then echo "$1 rw $value"; else echo "$1 ro $value"; fi
}
for name in ${sysctlNames.join(" ")}; do sysctl_of "$name" "/proc/sys/$(echo "$name" | tr . /)"; done
for folder in /proc/sys/net/ipv4/conf/*; do
  device=\${folder##*/}
  case $device in all|default) continue ;; esac
  for name in forwarding send_redirects; do sysctl_of "net.ipv4.conf.$device.$name" "$folder/$name"; done
done
section sysctl-files
for path in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf \\
  /lib/sysctl.d/*.conf /etc/sysctl.conf; do
  [ -f "$path" ] || continue
  real=$(readlink -f "$path" 2>/dev/null) || real=$path
  grep -E '^[[:space:]]*-?[[:space:]]*net[./]ipv4[./](ip_forward|conf[./]all[./]forwarding)[[:space:]]*=' "$path" |
    while read -r line; do echo "$path $real $line"; done
done

for path in ${ownFiles}; do if [ -f "$path" ]; then file own-file "$path"; fi; done
section units
[ -e /etc/systemd/system/sysinit.target.wants/wayout.service ] && echo wayout
for path in /etc/rc[2345S].d/S*wayout /etc/rc.d/rc[2345].d/S*wayout; do [ -e "$path" ] && echo wayout; done
for path in /etc/rc[2345S].d/S*wayout-forwarding /etc/rc.d/rc[2345].d/S*wayout-forwarding; do
  [ -e "$path" ] && echo wayout-forwarding
done
section keepalived
command -v keepalived >/dev/null && keepalived --version 2>&1 | grep -E '^(Keepalived v|Config options:)'
if [ -f ${signingPaths.key} ]; then
  section signing-key
  echo "$(stat -c '%a %u' ${signingPaths.key}) $(grep -Eqx 'hex:[0-9a-f]{64}' ${signingPaths.key} && sha256sum < ${signingPaths.key} | cut -c 1-16)"
fi
if [ -f ${signingPaths.loaded} ]; then section signing-loaded; cat ${signingPaths.loaded}; fi
if [ -f ${signingPaths.behind} ]; then section signing-behind; fi
section services
for unit in ${Object.values(pairUnits).join(" ")}; do
  [ -e "/etc/systemd/system/$unit.service" ] || continue
  enabled=no; [ -e "/etc/systemd/system/multi-user.target.wants/$unit.service" ] && enabled=yes
  active=no; systemctl is-active --quiet "$unit" && active=yes
  # One whose keepalived does not start is begun again and again, and looks active in between.
  if [ "$unit" = ${pairUnits.pair} ] && [ ! -e ${pairState}/settled ]; then active=no; fi
  guarded=; if [ "$unit" = ${pairUnits.sync} ]; then guarded=no; sh ${pairPaths.guard} check 2>/dev/null && guarded=yes; fi
  echo "$unit $enabled $active $guarded"
done
for path in /etc/rc.d/rc.local /etc/rc.local; do
  [ -f "$path" ] || continue
  real=$(readlink -f "$path" 2>/dev/null) || real=$path
  file rc-local "$real"; break
done
for path in ${savedPaths.join(" ")}; do
  if [ -f "$path" ] && grep -Eq 'ip_forward|SNAT|MASQUERADE' "$path"; then file hand-made-file "$path"; fi
done

if [ -d "$state/armed" ]; then section armed; echo yes; fi
if [ -e "$state.lock" ] && flock --version >/dev/null 2>&1 && ! flock -n "$state.lock" true; then section busy; fi
if command -v nft >/dev/null; then
  if [ -d "$state/armed" ]; then text=$(cat "$state/armed/nft"); loaded=$state/armed/loaded-nft
  else text=$(nft -s list table ip ${ownTable} 2>/dev/null); loaded=$state/loaded-nft; fi
  if [ -n "$text" ]; then
    section own-nft; printf '%s\\n' "$text"
    printf '%s\\n' "$text" | cmp -s - "$loaded" && section own-nft-intact
  fi
  # Whole tables, for a base chain's verdict may be in a chain that it jumps to.
  nft list chains 2>/dev/null | awk '$1 == "table" { table = $2 " " $3 } /hook forward/ { print table }' | sort -u |
    while read -r family name; do
      [ "$name" = ${ownTable} ] && continue
      section nft-table "$family" "$name"; nft -s list table "$family" "$name"
    done
fi
save() {
  section iptables "$1"
  if [ -f "$state/armed/$1" ]; then cat "$state/armed/$1"; else "$2" 2>/dev/null; fi
}
if command -v iptables-legacy-save >/dev/null; then
  save iptables-legacy iptables-legacy-save
  command -v iptables-nft-save >/dev/null && save iptables-nft iptables-nft-save
elif command -v iptables-save >/dev/null; then
  case $(iptables -V 2>/dev/null) in *nf_tables*) save iptables-nft iptables-save ;; *) save iptables-legacy iptables-save ;; esac
fi
section iptables-loaded
if [ -d "$state/armed" ]; then cat "$state/armed/loaded-iptables" 2>/dev/null
else cat "$state/loaded-iptables" 2>/dev/null; fi
section rivals
for unit in firewalld ufw docker; do
  command -v systemctl >/dev/null && systemctl is-active --quiet "$unit" 2>/dev/null && echo "active $unit"
done
grep -iq '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null && echo 'enabled ufw'
section end
:
`;

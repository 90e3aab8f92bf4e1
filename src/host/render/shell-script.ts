/** The host side of a gateway as a shell script, for those who apply by hand or by their own tools. Pure. */
import { oneLine } from "../../report/visible.ts";
import { conntrackMiB } from "../conntrack-size.ts";
import { iptablesText } from "../iptables.ts";
import { removeIptablesRules } from "../iptables-shell.ts";
import { loadScript } from "../load-script.ts";
import { nftablesText } from "../nftables.ts";
import { ownFolder, ownPaths, ownTable, ownUnits, stateFolder } from "../own-paths.ts";
import { disableAtBoot, forgetAtBoot, forwardingAtBoot, rulesAtBoot } from "../persistence/at-boot.ts";
import { closedByDefault, type Rules } from "../rules.ts";
import { quote, writeText } from "../script.ts";
import { sysctlPath } from "../sysctl-path.ts";
import { openServices, type ReachableServices } from "../wanted-rules.ts";

/** What a person knows of a gateway before any login; the rest is found on the host by the script itself. */
export interface ByHand {
  readonly gateway: string;
  readonly served: readonly string[];
  readonly destinations: readonly string[];
  readonly vpcCidrs: readonly string[];
  /** MACs of the proxy's NICs in the VPC, the one that clients' packets come to first; none: the NIC of the default route is the only one. */
  readonly insideMacs: readonly string[];
  /** What served sources may reach on the server itself; absent: everything. */
  readonly ownServices?: ReachableServices;
  readonly sshPort?: number;
}

/** Words in the rules that the script replaces by what it finds on the host. */
const found = {
  device: "WAYOUT_DEVICE",
  address: "255.255.255.253",
  inside: "WAYOUT_INSIDE",
  clients: "WAYOUT_CLIENTS",
  login: "255.255.255.252",
} as const;

/** For sed: what is alike in the rules of nft and of iptables. */
const filledIn = [
  `-e "s/${found.device}/$device/g" -e "s/${found.clients}/$clients/g"`,
  `-e "s/${dotted(found.address)}/$address/g" -e "s/${dotted(found.login)}/$login/g"`,
].join(" ");

/** Run as root on the proxy: `sh FILE` applies, and may be repeated; `sh FILE undo` takes it back. */
export function renderShellScript(wanted: ByHand): string {
  const sshPort = wanted.sshPort ?? 22;
  const rules: Rules = {
    egressDevice: found.device,
    egressAddress: found.address,
    ofPair: false,
    insideDevices: [found.inside],
    ownAddresses: [found.address],
    served: wanted.served,
    destinations: wanted.destinations,
    vpcCidrs: wanted.vpcCidrs,
    closed: closedByDefault,
    ownServices: wanted.ownServices
      ? {
          devices: [found.clients],
          open: openServices(wanted.ownServices, sshPort),
          logins: [found.login],
          sshPort,
        }
      : null,
  };
  return `#!/bin/sh
# ${oneLine(`Wayout, gateway ${wanted.gateway}: makes this server the way out for ${wanted.served.join(", ")}.`)}
# As root:  sh THIS_FILE         applies; it may be run again
#           sh THIS_FILE undo    takes everything back
# What it does not do: the cloud's side (source/destination check of the NIC, security group, route).
set -eu
# A misspelt undo must not set up what it should take away.
case "$#:\${1-}" in
  0: | 1:undo) ;;
  *) echo "usage: sh $0         applies" >&2; echo "       sh $0 undo    takes everything back" >&2; exit 1 ;;
esac
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; umask 022
${stateFolder}
before=${ownFolder}/before
run() { "$@" || { echo "failed: $*" >&2; exit 1; }; }
systemd() { [ -d /run/systemd/system ]; }
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }

undo() {
  # The rules first: nothing is forwarded from here on.
  if command -v nft >/dev/null; then printf 'add table ip ${ownTable}\\ndelete table ip ${ownTable}\\n' | nft -f -; fi
${indent(removeIptablesRules)}
  if systemd; then
${indent(disableAtBoot("systemd", ownUnits.rules).join("\n"), 4)}
  else
${indent([...disableAtBoot("sysv", ownUnits.rules), ...disableAtBoot("sysv", ownUnits.forwarding)].join("\n"), 4)}
  fi
  if [ -f "$before" ]; then while read -r path value; do echo "$value" > "$path"; done < "$before"; fi
  rm -f ${Object.values(ownPaths).map(quote).join(" ")} "$before" "$state/loaded-nft" "$state/loaded-iptables"
  if systemd; then
${indent(forgetAtBoot("systemd", ownUnits.rules).join("\n"), 4)}
  fi
  # Where cloud-init put this script.
  case $0 in ${ownFolder}/*) rm -f "$0" ;; esac
  for folder in ${ownFolder} "$state"; do rmdir "$folder" 2>/dev/null || :; done
}
if [ "$#" = 1 ]; then undo; exit 0; fi

# Where to: the device and address of this server's own route to the Internet.
route=$(ip -4 route get 9.9.9.9 | head -n 1)
device=$(echo "$route" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
address=$(echo "$route" | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')
[ -n "$device" ] && [ -n "$address" ] || { echo "this server has no route to the Internet" >&2; exit 1; }
# Where from: the devices of its NICs in the VPC.
inside=
for mac in ${wanted.insideMacs.map((mac) => quote(mac.toLowerCase())).join(" ")}; do
  for path in /sys/class/net/*; do
    if [ "$(cat "$path/address" 2>/dev/null)" = "$mac" ]; then inside="$inside \${path##*/}"; fi
  done
done
[ -n "$inside" ] || inside=$device
# Of these, where the clients' packets come in: the device of the first MAC.
clients=$(set -- $inside; echo "$1")
# Whoever runs this by SSH can log in again.
login=\${SSH_CONNECTION-}; login=\${login%% *}
[ -n "$login" ] || login=$(who -m 2>/dev/null | sed -n 's/.*(\\([0-9.]*\\)).*/\\1/p')
case $login in '' | *[!0-9.]*) login=${found.login} ;; esac
echo "$inside -> $device, as $address"

mkdir -p ${ownFolder}
redirects() { for name in all default $device $inside; do echo "/proc/sys/net/ipv4/conf/$name/send_redirects"; done | sort -u; }
# What was before, once, for undo.
if [ ! -f "$before" ]; then
  for path in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/accept_redirects $(redirects); do
    echo "$path $(cat "$path")"
  done > "$before"
fi
memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)

if command -v nft >/dev/null && nft list tables >/dev/null 2>&1; then
  devices() { printf '"%s", ' $(printf '%s\\n' "$@" | sort -u) | sed 's/, $//'; }
${indent(writeText(`${ownPaths.nftRules}.new`, nftablesText(rules)), 0)}
  sed -e "s/\\"${found.device}\\", \\"${found.inside}\\"/$(devices $device $inside)/g" \\
    -e "s/\\"${found.inside}\\"/$(devices $inside)/g" ${filledIn} \\
    ${ownPaths.nftRules}.new > ${ownPaths.nftRules}
  rm ${ownPaths.nftRules}.new
${writeText(ownPaths.load, loadScript({ backend: "nftables", sysctl: {}, atLeast: {} }).replace("exit 0\n", ""))}
else
  [ "$(echo $inside | wc -w)" = 1 ] || { echo "several NICs in the VPC need nft here" >&2; exit 1; }
${writeText(`${ownPaths.iptablesRules}.new`, iptablesText(rules))}
  sed -e "s/${found.inside}/$(echo $inside)/g" ${filledIn} \\
    ${ownPaths.iptablesRules}.new > ${ownPaths.iptablesRules}
  rm ${ownPaths.iptablesRules}.new
${writeText(ownPaths.load, loadScript({ backend: "iptables", sysctl: {}, atLeast: {} }).replace("exit 0\n", ""))}
fi
{
  for path in $(redirects); do echo "parameter $path 0"; done
  # Connection tracking by memory.
  max=$(awk -v mib="$memory" 'BEGIN { ${conntrackMiB} }')
  echo "at_least ${sysctlPath("net.netfilter.nf_conntrack_max")} $max"
  echo "at_least ${sysctlPath("net.netfilter.nf_conntrack_buckets")} $((max / 4))"
  echo "exit 0"
} >> ${ownPaths.load}
chmod 755 ${ownPaths.load}

# Rules before forwarding; then both at every boot.
run sh ${ownPaths.load}
if systemd; then
${putFiles("systemd")}
else
${putFiles("sysv")}
fi
echo 1 > /proc/sys/net/ipv4/ip_forward
echo "done; take it back with: sh $0 undo"
`;
}

function dotted(address: string): string {
  return address.replaceAll(".", "\\.");
}

function putFiles(init: "systemd" | "sysv"): string {
  const entries = [forwardingAtBoot({ init }), rulesAtBoot({ init })];
  const files = entries.flatMap((entry) => entry.files);
  return [
    ...files.flatMap((file) => [writeText(file.path, file.content), `chmod ${file.mode} ${file.path}`]),
    ...entries.flatMap((entry) => entry.enable),
  ].join("\n");
}

function indent(text: string, by = 2): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
}

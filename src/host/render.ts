/** The host side for those who apply by hand: one shell script, or the same in a cloud-init file. Pure. */
import { stringify } from "yaml";
import { iptablesText } from "./iptables.ts";
import { removeIptablesRules } from "./iptables-shell.ts";
import { loadScript } from "./load-script.ts";
import { nftablesRemoval, nftablesText } from "./nftables.ts";
import { ownFolder, ownPaths, ownUnits, stateFolder } from "./own-paths.ts";
import { disableAtBoot, forgetAtBoot, forwardingAtBoot, rulesAtBoot } from "./persistence/at-boot.ts";
import type { BootEntry } from "./persistence/boot-entry.ts";
import { closedByDefault } from "./rules.ts";
import { quote, writeText } from "./script.ts";

export interface ByHand {
  readonly gateway: string;
  readonly server: string;
  /** The proxy's addresses in the VPC; the first is the one that carries the EIP. */
  readonly nics: readonly { readonly ip: string; readonly mac: string }[];
  readonly served: readonly string[];
  readonly destinations: readonly string[];
  readonly vpcCidrs: readonly string[];
}

/** Device names differ from image to image: the script finds them, and puts them in place of these. */
const egressMark = "@EGRESS@";
const insideMark = (index: number): string => `@INSIDE${index}@`;

/** `sh FILE` does it, now and for every boot; `sh FILE undo` takes it back. */
export function renderScript(wanted: ByHand): string {
  const { gateway, server, nics, served } = wanted;
  const address = nics[0]?.ip ?? "";
  const rules = {
    egressDevice: egressMark,
    egressAddress: address,
    insideDevices: nics.map((_, index) => insideMark(index)),
    ownAddresses: nics.map((nic) => nic.ip),
    served: wanted.served,
    destinations: wanted.destinations,
    vpcCidrs: wanted.vpcCidrs,
    closed: closedByDefault,
    closeOwnServices: false,
    sshPort: 22,
  };
  const redirects = [egressMark, ...rules.insideDevices, "all", "default"].map(
    (device) => [`net.ipv4.conf.${device}.send_redirects`, "0"] as const,
  );
  const load = (backend: "nftables" | "iptables") =>
    loadScript({ backend, sysctl: Object.fromEntries(redirects), atLeast: {} });
  const places = [
    `-e "s|${egressMark}|$egress|g"`,
    ...nics.map((_, at) => `-e "s|${insideMark(at)}|$inside${at}|g"`),
  ];
  const put = (path: string, mode: string, text: string): string =>
    `${writeText(`${path}.new`, text)}\nsed ${places.join(" ")} ${path}.new > ${path}; rm ${path}.new; chmod ${mode} ${path}`;
  return `#!/bin/sh
# Wayout: the host side of gateway ${gateway}, by hand. Run as root on ${server} (${address}):
#   sh THIS_FILE        lets ${served.join(", ")} out, now and after every boot
#   sh THIS_FILE undo   takes that back
# In the cloud: the proxy's source/destination check off first, the route to the proxy last.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
${stateFolder}
run() { "$@" || { echo "failed: $*" >&2; exit 1; }; }
if command -v nft >/dev/null; then backend=nftables
elif command -v iptables >/dev/null; then backend=iptables
else echo "neither nft nor iptables is here" >&2; exit 1; fi
if [ -d /run/systemd/system ]; then init=systemd; else init=sysv; fi

if [ "\${1:-}" = undo ]; then
  case $init in
${bootCase((init) => [...disableAtBoot(init, ownUnits.rules), ...disableAtBoot(init, ownUnits.forwarding)])}
  esac
  if [ $backend = nftables ]; then
    nft -f - <<'END'
${nftablesRemoval}END
  else
${indent(removeIptablesRules, 4)}
  fi
  if [ -f ${ownFolder}/forwarding-before ]; then cat ${ownFolder}/forwarding-before > /proc/sys/net/ipv4/ip_forward; fi
  rm -rf ${ownFolder} ${ownPaths.sysctl} ${ownPaths.systemdUnit} ${ownPaths.initScript} ${ownPaths.forwardingInitScript} "$state"
  case $init in
${bootCase((init) => [...forgetAtBoot(init, ownUnits.rules), ":"])}
  esac
  exit 0
fi

# The device that has one of the proxy's MACs; a server that is made anew has other ones, and then the way out decides.
egress=$(ip -4 route get 198.51.100.1 | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)
[ -n "$egress" ] || { echo "this host has no route to the Internet" >&2; exit 1; }
device_of() {
  for device in /sys/class/net/*; do
    if [ "$(cat "$device/address" 2>/dev/null)" = "$1" ]; then basename "$device"; return; fi
  done
  echo "$egress"
}
${nics.map(({ mac }, at) => `inside${at}=$(device_of ${quote(mac)})`).join("\n")}

mkdir -p ${ownFolder}
[ -f ${ownFolder}/forwarding-before ] || cat /proc/sys/net/ipv4/ip_forward > ${ownFolder}/forwarding-before
if [ $backend = nftables ]; then
${put(ownPaths.nftRules, "644", nftablesText(rules))}
${put(ownPaths.load, "755", load("nftables"))}
else
${put(ownPaths.iptablesRules, "755", iptablesText(rules))}
${put(ownPaths.load, "755", load("iptables"))}
fi
run sh ${ownPaths.load}
echo 1 > /proc/sys/net/ipv4/ip_forward
case $init in
${bootCase((init) => {
  const facts = { init };
  return [...install(forwardingAtBoot(facts)), ...install(rulesAtBoot(facts))];
})}
esac
echo "${server} lets ${served.join(", ")} out by $egress as ${address}"
`;
}

/** The script as cloud-init's user data: it runs once, at the first boot. */
export function renderCloudInit(wanted: ByHand): string {
  const path = `/usr/local/sbin/wayout-${wanted.gateway}`;
  const file = { path, permissions: "0755", content: renderScript(wanted) };
  return `#cloud-config\n${stringify({ write_files: [file], runcmd: [["/bin/sh", path]] }, { lineWidth: 0 })}`;
}

function install({ files, enable }: BootEntry): string[] {
  return [
    ...files.map((file) => `${writeText(file.path, file.content)}\nchmod ${file.mode} ${file.path}`),
    ...enable,
  ];
}

/** What each init system needs, as branches of a case. */
function bootCase(lines: (init: "systemd" | "sysv") => readonly string[]): string {
  return (["systemd", "sysv"] as const).map((init) => `${init})\n${lines(init).join("\n")}\n;;`).join("\n");
}

function indent(text: string, by: number): string {
  return text.trimEnd().replaceAll(/^/gm, " ".repeat(by));
}

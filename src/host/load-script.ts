/** The script that makes the rules true, the same while applying and at every boot. Pure. */
import { formerAddress } from "./former-address.ts";
import { ownPaths, ownTable, stateFolder } from "./own-paths.ts";
import { quote } from "./script.ts";
import { sysctlPath } from "./sysctl-path.ts";

export interface Load {
  readonly backend: "nftables" | "iptables";
  /** Set to exactly this value. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Set to this value where the present one is lower. */
  readonly atLeast: Readonly<Record<string, number>>;
  /** Of a host in a pair: what it translated to while it was alone, and its device. */
  readonly own?: { readonly address: string; readonly device: string };
}

/**
 * Rules before parameters: connection tracking's are there only once a rule uses it. A parameter that cannot be set
 * (a container's view of the kernel) does not keep the rules from being loaded.
 */
export function loadScript(load: Load): string {
  const lines = [
    "#!/bin/sh",
    "# Wayout: loads the rules and sets what they need. At boot, and by hand after a flush:  sh /etc/wayout/load",
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; umask 077",
    stateFolder,
    `rules=\${1:-${load.backend === "nftables" ? ownPaths.nftRules : ownPaths.iptablesRules}}`,
    'mkdir -p "$state"',
    ...(load.own ? formerAddress(load.own.address, load.own.device) : []),
    ...(load.backend === "nftables" ? loadNftables(load) : loadIptables),
    `parameter() { [ -w "$1" ] && [ "$(cat "$1")" != "$2" ] && echo "$2" > "$1"; }`,
    `at_least() { [ -w "$1" ] && [ "$(cat "$1")" -lt "$2" ] && echo "$2" > "$1"; }`,
    ...sorted(load.sysctl).map(([name, value]) => `parameter ${quote(sysctlPath(name))} ${quote(value)}`),
    ...sorted(load.atLeast).map(([name, value]) => `at_least ${quote(sysctlPath(name))} ${value}`),
    "exit 0",
    "",
  ];
  return lines.join("\n");
}

const loadNftables = ({ own }: Load) => [
  ...(own
    ? [
        // In one transaction: no packet meets the rules without it.
        `add=; if [ -n "$former" ]; then add="add element ip ${ownTable} former { $former }"; fi`,
        `{ cat "$rules"; echo "$add"; } | nft -f - || exit 1`,
      ]
    : ['nft -f "$rules" || exit 1']),
  // What the kernel prints now is compared later: a difference means that somebody changed the rules since.
  `nft -s list table ip ${ownTable} > "$state/loaded-nft"`,
];

const loadIptables = [
  'sh "$rules" || exit 1',
  'iptables-save 2>/dev/null | grep -e WAYOUT- > "$state/loaded-iptables"',
];

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

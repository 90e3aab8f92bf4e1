/** Shell text around our chains in iptables, whichever of its two kinds is the host's `iptables`. */
import { ownChainPrefix } from "./own-paths.ts";

/** table, built-in chain, our chain. */
export const ownChains = [
  ["filter", "FORWARD", `${ownChainPrefix}FORWARD`],
  ["filter", "", `${ownChainPrefix}LEAVING`],
  ["filter", "", `${ownChainPrefix}UNKNOWN`],
  ["filter", "", `${ownChainPrefix}SERVED`],
  ["filter", "", `${ownChainPrefix}KNOWN`],
  ["mangle", "FORWARD", `${ownChainPrefix}MSS`],
  ["mangle", "PREROUTING", `${ownChainPrefix}BEGINS`],
  ["mangle", "", `${ownChainPrefix}SERVICES`],
  ["nat", "POSTROUTING", `${ownChainPrefix}SNAT`],
] as const;

/** With what an older version used for the host's own services. */
const removedChains = [["filter", "INPUT", `${ownChainPrefix}INPUT`], ...ownChains] as const;

/** A chain of the tree of served sources, from 1; see source-tree.ts. */
export function sourceChain(at: number): string {
  return `${ownChainPrefix}SOURCES-${at}`;
}

/** Shell: the chains of that tree that are there, from a number on. */
export const sourceChainsFrom = `source_chains() {
  iptables-save 2>/dev/null | sed -n 's/^:\\(${ownChainPrefix}SOURCES-[0-9]*\\) .*/\\1/p' |
    while read -r chain; do if [ "\${chain##*-}" -ge "$1" ]; then echo "$chain"; fi; done
}`;

/** Old versions have no -w; it waits for another iptables instead of failing. */
export const iptablesTool = 'iptables -w -L -n >/dev/null 2>&1 && ipt="iptables -w" || ipt=iptables';

/**
 * Removes our jumps and chains, whether all, some or none of them are there. Asking for a table would make the kernel
 * register it, so tables that iptables-save does not show are not asked for.
 */
export const removeIptablesRules = [
  "if iptables-save 2>/dev/null | grep -q -e WAYOUT-; then",
  iptablesTool,
  ...removedChains.flatMap(([table, builtIn, own]) =>
    builtIn ? [`while $ipt -t ${table} -D ${builtIn} -j ${own} 2>/dev/null; do :; done`] : [],
  ),
  ...removedChains.map(([table, , own]) => `$ipt -t ${table} -F ${own} 2>/dev/null || :`),
  sourceChainsFrom,
  "more=$(source_chains 1)",
  'if [ -n "$more" ]; then',
  "  {",
  "    echo '*filter'",
  '    for chain in $more; do echo ":$chain - [0:0]"; done',
  '    for chain in $more; do echo "-X $chain"; done',
  "    echo COMMIT",
  "  } | iptables-restore --noflush || :",
  "fi",
  ...removedChains.map(([table, , own]) => `$ipt -t ${table} -X ${own} 2>/dev/null || :`),
  "fi",
].join("\n");

/** Puts our chains back as they are in a saved text: the first of the named files that holds any. */
export function restoreIptablesRules(...saved: readonly string[]): string {
  return `${removeIptablesRules}
for text in ${saved.join(" ")}; do
  grep -q -e WAYOUT- "$text" 2>/dev/null || continue
  # Our jumps go first in their chains, as they were.
  awk '/^\\*/ || /^COMMIT/ { print; next } /WAYOUT-/ {
    if ($1 == "-A" && $2 !~ /^WAYOUT-/) { sub(/^-A [A-Z]+/, "-I " $2 " 1") }
    print }' "$text" | iptables-restore --noflush
  break
done`;
}

/**
 * A host that comes into a pair has open connections that are translated to its own address, and they go on. The rules of
 * a pair drop what is translated to another address than the pair's, because the other proxy could make such connections
 * up; so only a host that translated to its own address since its last boot excepts that address. Pure.
 */
import { ownChainPrefix, ownTable } from "./own-paths.ts";
import { quote } from "./script.ts";

/** Shell: sets $former to the host's `own` address, or to nothing. Runs while the old rules are still loaded. */
export function formerAddress(own: string, device: string): readonly string[] {
  const snat = `${ownChainPrefix}SNAT`;
  const known = `${ownChainPrefix}KNOWN`;
  return [
    "# Connections that this host opened while it translated to its own address go on. After a boot there are none.",
    `own=${quote(own)}`,
    "former=",
    `if old=$(nft list chain ip ${ownTable} translate 2>/dev/null); then`,
    "  # Rules of an older version do not say whether there were any.",
    `  old="$old $(nft list set ip ${ownTable} former 2>/dev/null || echo "$own")"`,
    "else",
    "  saved=$(for tool in iptables-save iptables-legacy-save iptables-nft-save; do $tool; done 2>/dev/null)",
    `  old=$(echo "$saved" | grep -e '-A ${snat} .*--to-source' -e '-A ${known} ')`,
    `  case $saved in *":${known} "*) ;; *":${snat} "*) old="$old $own" ;; esac`,
    "  # As the manual's procedure leaves them; they are still loaded while they are taken over.",
    `  old="$old $(echo "$saved" | sed -n 's/^-A POSTROUTING .*-j SNAT --to-source //p')"`,
    `  if echo "$saved" | grep -q -e ${quote(`^-A POSTROUTING .*-o ${device} .*-j MASQUERADE`)}; then old="$old $own"; fi`,
    "fi",
    'if echo "$old" | grep -qwF -e "$own"; then former=$own; fi',
    "export former",
  ];
}

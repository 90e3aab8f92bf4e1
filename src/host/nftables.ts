/** The rules in nftables' words: a table of our own, loaded whole in one transaction. Pure. */
import { ownTable } from "./own-paths.ts";
import { plainRules } from "./plain-rules.ts";
import { isEverywhere } from "./ranges.ts";
import { canonicalRules, fingerprint, type Rules } from "./rules.ts";

/**
 * A text for `nft -f`. The table is deleted and made in the same transaction, so loading it again changes nothing and no
 * packet meets half of it. Subnets are elements of sets: one rule, however many there are. Numbers instead of names for
 * priorities, and no construct younger than nftables 0.9, for old distributions.
 */
export function nftablesText(wanted: Rules): string {
  const rules = canonicalRules(wanted);
  const inside = `iifname ${names(rules.insideDevices)}`;
  const outside = `oifname "${rules.egressDevice}"`;
  const toDestinations = isEverywhere(rules.destinations) ? "" : " ip daddr @destinations";
  const clamp = "tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu";
  return `# Wayout: the way out of the VPC for servers without a public IP. Loaded at boot by ${ownTable}.service.
${plainRules(rules)}
add table ip ${ownTable}
delete table ip ${ownTable}
table ip ${ownTable} {
${set("served", "sources that may use the way out", rules.served)}
${set("destinations", "where to", rules.destinations)}
${set("vpc", "the VPC's own ranges: not translated, not judged", rules.vpcCidrs)}
${set("closed", "never forwarded", rules.closed)}
${set("own", "addresses of this host: its own connections stay as they are", rules.ownAddresses)}
	chain forward {
		type filter hook forward priority 0; policy accept;
		oifname ${names(rules.insideDevices)} ip daddr @served ${clamp}
		${inside} ${outside} jump leaving
	}

	chain leaving {
		ip daddr @vpc return
		ct state invalid counter drop
		ip saddr @served ${clamp}
		ct state established,related accept
${
  rules.ofPair
    ? `		ip saddr @served ${midStream} counter reject with tcp reset
`
    : ""
}		ip daddr @closed counter drop
		ip saddr @served${toDestinations} accept
		counter drop comment "wayout:${fingerprint(rules)}"
	}

	chain translate {
		type nat hook postrouting priority 100; policy accept;
		${outside} ip saddr @served ip saddr != @own ip daddr != @vpc${toDestinations} snat to ${rules.egressAddress}${rules.ofPair ? "" : " fully-random"}
	}
${rules.closeOwnServices ? ownServices(inside, rules.sshPort) : ""}}
`;
}

/** The first packet that connection tracking sees, but not of the connection; a reset is never answered (RFC 9293, 3.5.2). */
const midStream = "ct state new tcp flags & (fin | syn | rst | ack) != syn tcp flags & rst == 0";

/** Commands that take everything away again, whether it is there or not. */
export const nftablesRemoval = `add table ip ${ownTable}\ndelete table ip ${ownTable}\n`;

function ownServices(inside: string, sshPort: number): string {
  return `
	chain own_services {
		type filter hook input priority 0; policy accept;
		${inside} ip saddr @served ct state new tcp dport != ${sshPort} counter drop
		${inside} ip saddr @served ct state new meta l4proto != { tcp, icmp } counter drop
	}
`;
}

/** Without its elements when there are none: an empty list is a syntax error. */
function set(name: string, purpose: string, elements: readonly string[]): string {
  const list = elements.length > 0 ? `\n\t\telements = { ${elements.join(", ")} }` : "";
  return `	# ${purpose}\n	set ${name} {\n		type ipv4_addr; flags interval;${list}\n	}\n`;
}

function names(devices: readonly string[]): string {
  const quoted = devices.map((device) => `"${device}"`);
  return quoted.length === 1 ? (quoted[0] ?? "") : `{ ${quoted.join(", ")} }`;
}

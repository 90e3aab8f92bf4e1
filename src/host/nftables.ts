/** The rules in nftables' words: a table of our own, loaded whole in one transaction. Pure. */
import { nftablesInput } from "./nftables-input.ts";
import { ownTable } from "./own-paths.ts";
import { protocols, servicesComment } from "./own-services.ts";
import { syncPort } from "./pair/conntrackd-conf.ts";
import { plainRules } from "./plain-rules.ts";
import { isEverywhere, overlapping } from "./ranges.ts";
import { canonicalRules, fingerprint, type Rules } from "./rules.ts";

/**
 * A text for `nft -f`. The table is deleted and made in the same transaction, so loading it again changes nothing and no
 * packet meets half of it. Subnets are elements of sets: one rule, however many there are. Numbers instead of names for
 * priorities, and no construct younger than nftables 0.9, for old distributions.
 */
export function nftablesText(wanted: Rules): string {
  const rules = canonicalRules(wanted);
  const all = names([...new Set([rules.egressDevice, ...rules.insideDevices])]);
  const outside = `oifname "${rules.egressDevice}"`;
  const toDestinations = isEverywhere(rules.destinations) ? "" : " ip daddr @destinations";
  return `# Wayout: the way out of the VPC for servers without a public IP. Loaded at boot by ${ownTable}.service.
${plainRules(rules)}
${servicesComment(rules.ownServices).join("\n")}
add table ip ${ownTable}
delete table ip ${ownTable}
table ip ${ownTable} {
${set("served", "sources that may use the way out", rules.served)}
${set("destinations", "where to", rules.destinations)}
${set("vpc", "the VPC's own ranges: not translated", rules.vpcCidrs)}
${set("closed", "never forwarded", rules.closed)}
${set("own", "addresses of this host: its own connections stay as they are", rules.ownAddresses)}
${rules.ofPair ? `${set("former", "translated to before this host was in the pair; filled while loading", [], "")}\n` : ""}\
	chain forward {
		type filter hook forward priority 0; policy accept;
		iifname ${all} oifname ${all} jump passing
	}

	chain passing {
${lines(passing(rules))}
	}

${rules.ofPair ? `	chain known {\n${lines(known(rules))}\n	}\n\n` : ""}\
	chain translate {
		type nat hook postrouting priority 100; policy accept;
		${outside} ip saddr @served ip saddr != @own ip daddr != @vpc${toDestinations} snat to ${rules.egressAddress}${rules.ofPair ? "" : " fully-random"}
	}
${nftablesInput(rules)}}
`;
}

/**
 * Every packet walks this, so the set lookups are few: what `ct original` says is the same for all packets of a
 * connection, whichever way they go. Without an entry `ct` matches nothing, so what accepts comes last.
 */
function passing(rules: Rules): string[] {
  const everywhere = isEverywhere(rules.destinations);
  const noEntry = "ct state invalid,untracked";
  return [
    `ip protocol ${protocols.vrrp} counter drop`,
    `udp dport ${syncPort} ct direction original counter drop`,
    `${noEntry} meta l4proto != udp ip saddr @served ip daddr @vpc accept`,
    `${noEntry} counter drop`,
    "ct original ip daddr @closed counter drop",
    ...(overlapping(rules.served, rules.closed) ? ["ct original ip saddr @closed counter drop"] : []),
    "ct status dnat ct reply ip saddr @closed counter drop",
    "tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
    ...(rules.ofPair ? [] : ["ct status dnat accept"]),
    ...(rules.insideDevices.includes(rules.egressDevice)
      ? []
      : [`iifname != ${names(rules.insideDevices)} ct direction original counter drop`]),
    ...(rules.ofPair
      ? [
          "ct status confirmed jump known",
          `oifname "${rules.egressDevice}" ip saddr @served ip daddr != @vpc ${midStream} counter reject with tcp reset`,
        ]
      : []),
    `ct original ip saddr @served ${everywhere ? "" : "ct original ip daddr @destinations "}accept`,
    ...(everywhere ? [] : ["ct original ip saddr @served ct original ip daddr @vpc accept"]),
    `counter drop comment "wayout:${fingerprint(rules)}"`,
  ];
}

/** The first packet that connection tracking sees, but not of the connection; a reset is never answered (RFC 9293, 3.5.2). */
const midStream = "ct state new tcp flags & (fin | syn | rst | ack) != syn tcp flags & rst == 0";

/** Of a pair: the entry was there before this packet, and may have been told by the other proxy. */
function known(rules: Rules): string[] {
  const single = rules.insideDevices.every((device) => device === rules.egressDevice);
  return [
    `ct status snat ct reply ip daddr ${rules.egressAddress} ct original ip daddr != @vpc return`,
    "ct reply ip daddr @former return",
    "ct status snat counter drop",
    "ct original ip daddr @vpc return",
    ...(single ? [] : [`iifname != "${rules.egressDevice}" oifname != "${rules.egressDevice}" return`]),
    "counter drop",
  ];
}

/** Commands that take everything away again, whether it is there or not. */
export const nftablesRemoval = `add table ip ${ownTable}\ndelete table ip ${ownTable}\n`;

/** Without its elements when there are none: an empty list is a syntax error. */
function set(name: string, purpose: string, elements: readonly string[], flags = " flags interval;"): string {
  const list = elements.length > 0 ? `\n\t\telements = { ${elements.join(", ")} }` : "";
  return `	# ${purpose}\n	set ${name} {\n		type ipv4_addr;${flags}${list}\n	}\n`;
}

function lines(rules: readonly string[]): string {
  return rules.map((rule) => `\t\t${rule}`).join("\n");
}

export function names(devices: readonly string[]): string {
  return `{ ${devices.map((device) => `"${device}"`).join(", ")} }`;
}

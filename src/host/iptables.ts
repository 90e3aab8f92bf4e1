/** The rules in iptables' words, for hosts without nft: chains of our own in the tables that are there. Pure. */
import { iptablesTool, ownChains } from "./iptables-shell.ts";
import { ownChainPrefix } from "./own-paths.ts";
import { plainRules } from "./plain-rules.ts";
import { isEverywhere } from "./ranges.ts";
import { canonicalRules, fingerprint, type Rules } from "./rules.ts";

/**
 * A shell script that loads the chains, each table in one step (iptables-restore replaces a table at once), and hooks
 * each with one jump in the first place. In the same table the first verdict wins: what we accept is not reached by a
 * drop further down (CentOS 6 ends FORWARD with a REJECT), and nothing else is touched. An iptables rule has one source
 * and one destination, so new connections walk one rule per subnet and destination; open ones pass at the chain's start.
 */
export function iptablesText(wanted: Rules): string {
  const rules = canonicalRules(wanted);
  const sections = [filterTable(rules), mangleTable(rules), natTable(rules)];
  return `#!/bin/sh
# Wayout: the way out of the VPC for servers without a public IP. Loaded at boot by /etc/wayout/load.
${plainRules(rules)}
${iptablesTool}
${rules.ofPair ? keepPorts : randomPorts}
jump() { iptables-save -t "$1" 2>/dev/null | grep -q -e "-A $2 .*-j $3\\$" || echo "-I $2 1 -j $3"; }
{
${sections.join("\n")}
} | iptables-restore --noflush || exit 1
${rules.closeOwnServices ? "" : removeInputChain}`;
}

/** An empty word for SNAT: the kernel keeps a port where it is free. */
const keepPorts = "random=";

const randomPorts = `# Ports at random by the kernel's better method where this iptables knows it (1.6.2 and later).
random=--random
iptables -j SNAT --help 2>/dev/null | grep -q -e --random-fully && random=--random-fully`;

/** Left over from rules that closed the host's own services. */
const removeInputChain = `if iptables-save -t filter 2>/dev/null | grep -q -e ${ownChainPrefix}INPUT; then
  $ipt -D INPUT -j ${ownChainPrefix}INPUT; $ipt -F ${ownChainPrefix}INPUT; $ipt -X ${ownChainPrefix}INPUT
fi
`;

function filterTable(rules: Rules): string {
  const forward = `${ownChainPrefix}FORWARD`;
  const leaving = `${ownChainPrefix}LEAVING`;
  const input = `${ownChainPrefix}INPUT`;
  const out = rules.egressDevice;
  const lines = [
    `:${forward} - [0:0]`,
    `:${leaving} - [0:0]`,
    ...rules.insideDevices.map((device) => `-A ${forward} -i ${device} -o ${out} -j ${leaving}`),
    // Replies: a host that drops what it forwards would drop them too.
    ...rules.insideDevices.flatMap((device) =>
      device === out ? [] : [`-A ${forward} -i ${out} -o ${device} ${established} -j ACCEPT`],
    ),
    `-A ${leaving} ${established} -j ACCEPT`,
    ...rules.vpcCidrs.map((cidr) => `-A ${leaving} -d ${cidr} -j RETURN`),
    `-A ${leaving} -m conntrack --ctstate INVALID -j DROP`,
    ...(rules.ofPair
      ? [`-A ${leaving} -p tcp ! --syn -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset`]
      : []),
    ...rules.closed.map((cidr) => `-A ${leaving} -d ${cidr} -j DROP`),
    ...pairs(rules).map((match) => `-A ${leaving} ${match} -j ACCEPT`),
    `-A ${leaving} -m comment --comment wayout:${fingerprint(rules)} -j DROP`,
  ];
  const own = rules.closeOwnServices
    ? [
        `:${input} - [0:0]`,
        ...rules.insideDevices.flatMap((device) =>
          rules.served.flatMap((cidr) => [
            `-A ${input} -i ${device} -s ${cidr} -p tcp --dport ${rules.sshPort} -j RETURN`,
            `-A ${input} -i ${device} -s ${cidr} -p icmp -j RETURN`,
            `-A ${input} -i ${device} -s ${cidr} -m conntrack --ctstate NEW -j DROP`,
          ]),
        ),
      ]
    : [];
  return table("filter", [...lines, ...own], rules.closeOwnServices);
}

function mangleTable(rules: Rules): string {
  const chain = `${ownChainPrefix}MSS`;
  const clamp = "-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu";
  const inside = rules.insideDevices.filter((device) => device !== rules.egressDevice);
  return table("mangle", [
    `:${chain} - [0:0]`,
    `-A ${chain} -o ${rules.egressDevice} ${clamp}`,
    ...inside.map((device) => `-A ${chain} -i ${rules.egressDevice} -o ${device} ${clamp}`),
  ]);
}

function natTable(rules: Rules): string {
  const chain = `${ownChainPrefix}SNAT`;
  const out = rules.egressDevice;
  return table("nat", [
    `:${chain} - [0:0]`,
    `-A ${chain} ! -o ${out} -j RETURN`,
    ...rules.ownAddresses.map((address) => `-A ${chain} -s ${address} -j RETURN`),
    ...rules.vpcCidrs.map((cidr) => `-A ${chain} -d ${cidr} -j RETURN`),
    ...pairs(rules).map((match) => `-A ${chain} ${match} -j SNAT --to-source ${rules.egressAddress} $random`),
  ]);
}

const established = "-m conntrack --ctstate RELATED,ESTABLISHED";

function pairs(rules: Rules): string[] {
  const destinations = isEverywhere(rules.destinations)
    ? [""]
    : rules.destinations.map((cidr) => ` -d ${cidr}`);
  return rules.served.flatMap((source) => destinations.map((to) => `-s ${source}${to}`));
}

/** One table of iptables-restore's input; naming a chain empties it, so loading again changes nothing. */
function table(name: string, lines: readonly string[], withInput = false): string {
  const hooks = ownChains.flatMap(([of, builtIn, own]) =>
    of === name && builtIn && (builtIn !== "INPUT" || withInput) ? [`jump ${name} ${builtIn} ${own}`] : [],
  );
  const chains = lines.filter((line) => line.startsWith(":"));
  const rules = lines.filter((line) => !line.startsWith(":"));
  return [`cat <<END`, `*${name}`, ...chains, "END", ...hooks, "cat <<END", ...rules, "COMMIT", "END"].join(
    "\n",
  );
}

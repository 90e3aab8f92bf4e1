/** The rules in iptables' words, for hosts without nft: chains of our own in the tables that are there. Pure. */
import { iptablesInput } from "./iptables-input.ts";
import { iptablesTool, ownChains, sourceChain, sourceChainsFrom } from "./iptables-shell.ts";
import { ownChainPrefix } from "./own-paths.ts";
import { protocols, servicesComment } from "./own-services.ts";
import { syncPort } from "./pair/conntrackd-conf.ts";
import { plainRules } from "./plain-rules.ts";
import { isEverywhere, overlapping } from "./ranges.ts";
import { canonicalRules, fingerprint, type Rules } from "./rules.ts";
import { sourceTree } from "./source-tree.ts";

/**
 * A shell script that loads the chains, each table in one step (iptables-restore replaces a table at once), and hooks
 * each with one jump in the first place. In the same table the first verdict wins: what we accept is not reached by a
 * drop further down (CentOS 6 ends FORWARD with a REJECT), and nothing else is touched. An iptables rule has one source
 * and one destination: packets find theirs in a tree of chains (source-tree.ts), and walk one rule per destination where
 * those are narrower; new connections, for their translation, one per served range too.
 */
export function iptablesText(wanted: Rules): string {
  const rules = canonicalRules(wanted);
  const sections = [filterTable(rules), mangleTable(rules), natTable(rules)];
  return `#!/bin/sh
# Wayout: the way out of the VPC for servers without a public IP. Loaded at boot by /etc/wayout/load.
${plainRules(rules)}
${servicesComment(rules.ownServices).join("\n")}
${iptablesTool}
${rules.ofPair ? keepPorts : randomPorts}
${sourceChainsFrom}
jump() { iptables-save -t "$1" 2>/dev/null | grep -q -e "-A $2 .*-j $3\\$" || echo "-I $2 1 -j $3"; }
{
${sections.join("\n")}
} | iptables-restore --noflush || exit 1
`;
}

/** An empty word for SNAT: the kernel keeps a port where it is free. */
const keepPorts = "random=";

const randomPorts = `# Ports at random by the kernel's better method where this iptables knows it (1.6.2 and later).
random=--random
iptables -j SNAT --help 2>/dev/null | grep -q -e --random-fully && random=--random-fully`;

const forward = `${ownChainPrefix}FORWARD`;
const leaving = `${ownChainPrefix}LEAVING`;
const noEntry = `${ownChainPrefix}UNKNOWN`;
const fromServed = `${ownChainPrefix}SERVED`;
const known = `${ownChainPrefix}KNOWN`;
const mss = `${ownChainPrefix}MSS`;
const translate = `${ownChainPrefix}SNAT`;

/** Whichever way a packet goes, --ctorigsrc and --ctorigdst are of the connection that it belongs to. */
function filterTable(rules: Rules): string {
  const out = rules.egressDevice;
  const all = [...new Set([out, ...rules.insideDevices])];
  const tree = sourceTree(rules.served);
  return table("filter", tree.length, [
    ...all.flatMap((from) => all.map((to) => `-A ${forward} -i ${from} -o ${to} -j ${leaving}`)),
    `-A ${leaving} -p ${protocols.vrrp} -j DROP`,
    `-A ${leaving} -p udp --dport ${syncPort} -m conntrack --ctdir ORIGINAL -j DROP`,
    `-A ${leaving} -m conntrack --ctstate INVALID,UNTRACKED -g ${noEntry}`,
    ...rules.closed.map((cidr) => `-A ${leaving} ${opened} --ctorigdst ${cidr} -j DROP`),
    ...(overlapping(rules.served, rules.closed)
      ? rules.closed.map((cidr) => `-A ${leaving} ${opened} --ctorigsrc ${cidr} -j DROP`)
      : []),
    ...rules.closed.map((cidr) => `-A ${leaving} ${opened} --ctstate DNAT --ctreplsrc ${cidr} -j DROP`),
    ...(rules.ofPair ? [] : [`-A ${leaving} ${opened} --ctstate DNAT -j ACCEPT`]),
    ...fromOutside(rules).map((match) => `-A ${leaving} ${match} ${opened} --ctdir ORIGINAL -j DROP`),
    ...tree.flatMap((branch, at) =>
      branch.map(({ cidr, to }) => {
        const chain = at === 0 ? leaving : sourceChain(at);
        return `-A ${chain} ${opened} --ctorigsrc ${cidr} -g ${to === undefined ? fromServed : sourceChain(to)}`;
      }),
    ),
    ...tree.flatMap((_, at) => (at === 0 ? [] : [`-A ${sourceChain(at)} -j DROP`])),
    `-A ${leaving} -m comment --comment wayout:${fingerprint(rules)} -j DROP`,
    ...(rules.ofPair ? [`-A ${fromServed} ${opened} --ctstatus CONFIRMED -j ${known}`] : []),
    // What is within the VPC is left to the host's own rules.
    ...rules.vpcCidrs.map((cidr) => `-A ${fromServed} ${opened} --ctorigdst ${cidr} -j RETURN`),
    ...(rules.ofPair
      ? [
          `-A ${fromServed} -o ${out} -p tcp ! --syn -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset`,
        ]
      : []),
    ...(isEverywhere(rules.destinations)
      ? [`-A ${fromServed} -j ACCEPT`]
      : rules.destinations.map((cidr) => `-A ${fromServed} ${opened} --ctorigdst ${cidr} -j ACCEPT`)),
    `-A ${fromServed} -j DROP`,
    ...rules.served.flatMap((source) =>
      rules.vpcCidrs.map((to) => `-A ${noEntry} ! -p udp -s ${source} -d ${to} -j RETURN`),
    ),
    `-A ${noEntry} -j DROP`,
    ...(rules.ofPair ? knownLines(rules) : []),
  ]);
}

const opened = "-m conntrack";

/** Matches of what does not come in from inside; with one inside device by its name, as `wayout render` fills it in. */
function fromOutside({ egressDevice, insideDevices }: Rules): string[] {
  if (insideDevices.includes(egressDevice)) return [];
  const [inside = "", ...more] = insideDevices;
  return [more.length === 0 ? `! -i ${inside}` : `-i ${egressDevice}`];
}

/** Of a pair: the entry was there before this packet, and may have been told by the other proxy. */
function knownLines({ egressDevice, egressAddress, insideDevices, vpcCidrs }: Rules): string[] {
  return [
    // Set by the script that loads these rules: see former-address.ts.
    `\${former:+-A ${known} ${opened} --ctrepldst $former -j RETURN}`,
    ...vpcCidrs.flatMap((cidr) => [
      `-A ${known} ${opened} --ctstate SNAT --ctorigdst ${cidr} -j DROP`,
      `-A ${known} ${opened} --ctorigdst ${cidr} -j RETURN`,
    ]),
    `-A ${known} ${opened} --ctstate SNAT --ctrepldst ${egressAddress} -j RETURN`,
    ...insideDevices
      .filter((device) => device !== egressDevice)
      .map((device) => `-A ${known} -i ${device} ! -o ${egressDevice} ${opened} ! --ctstate SNAT -j RETURN`),
    `-A ${known} -j DROP`,
  ];
}

function mangleTable(rules: Rules): string {
  const clamp = "-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu";
  const inside = rules.insideDevices.filter((device) => device !== rules.egressDevice);
  return table("mangle", 0, [
    `-A ${mss} -o ${rules.egressDevice} ${clamp}`,
    ...inside.map((device) => `-A ${mss} -i ${rules.egressDevice} -o ${device} ${clamp}`),
    ...iptablesInput(rules),
  ]);
}

function natTable(rules: Rules): string {
  const out = rules.egressDevice;
  const destinations = isEverywhere(rules.destinations)
    ? [""]
    : rules.destinations.map((cidr) => ` -d ${cidr}`);
  return table("nat", 0, [
    `-A ${translate} ! -o ${out} -j RETURN`,
    ...rules.ownAddresses.map((address) => `-A ${translate} -s ${address} -j RETURN`),
    ...rules.vpcCidrs.map((cidr) => `-A ${translate} -d ${cidr} -j RETURN`),
    ...rules.served.flatMap((source) =>
      destinations.map(
        (to) => `-A ${translate} -s ${source}${to} -j SNAT --to-source ${rules.egressAddress} $random`,
      ),
    ),
  ]);
}

/**
 * One table of iptables-restore's input; naming a chain empties it, so loading again changes nothing. Chains for sources
 * that an earlier text had more of are removed.
 */
function table(name: string, sourceChains: number, rules: readonly string[]): string {
  const own = ownChains.filter(([of]) => of === name);
  const hooks = own.flatMap(([, builtIn, chain]) => (builtIn ? [`jump ${name} ${builtIn} ${chain}`] : []));
  const numbered = Array.from({ length: Math.max(0, sourceChains - 1) }, (_, at) => sourceChain(at + 1));
  const chains = [...own.map(([, , chain]) => chain), ...numbered].map((chain) => `:${chain} - [0:0]`);
  const more = sourceChains > 0 ? [`more=$(source_chains ${sourceChains})`] : [];
  return [
    ...more,
    "cat <<END",
    `*${name}`,
    ...chains,
    "END",
    ...hooks,
    ...(sourceChains > 0 ? [`for chain in $more; do echo ":$chain - [0:0]"; done`] : []),
    "cat <<END",
    ...rules,
    "END",
    ...(sourceChains > 0 ? [`for chain in $more; do echo "-X $chain"; done`] : []),
    "echo COMMIT",
  ].join("\n");
}

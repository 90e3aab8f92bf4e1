/** A choice among what was offered, as a wayout.yaml that explains itself. Pure. */
import { parse } from "yaml";
import { oneLine, visible, visibleJson } from "../../report/visible.ts";
import type { Candidate, Offer, OfferedSubnet } from "./offers.ts";

export interface Choice {
  readonly offer: Offer;
  /** One or two. */
  readonly proxies: readonly Candidate[];
  readonly subnets: readonly OfferedSubnet[];
}

/** EIPs that the servers would need without the gateway. */
export function savedEips({ subnets }: Choice): number {
  return subnets.reduce((sum, { without }) => sum + without.length, 0);
}

/** "egress", or the next that no gateway of another file has: one of the same name would be taken for it. */
export function freeName(taken: Iterable<string>): string {
  const names = new Set(taken);
  for (let count = 1; ; count++) {
    const name = count === 1 ? "egress" : `egress-${count}`;
    if (!names.has(name)) return name;
  }
}

export function specText(cloud: string, gateway: string, choice: Choice): string {
  const { offer, proxies, subnets } = choice;
  const others = offer.candidates.filter((one) => !proxies.includes(one));
  const left = offer.subnets.filter((one) => !subnets.includes(one));
  const proxyNames = proxies.map(({ name }) => inline(name)).join(", ");
  return `# A way out for ${counted(savedEips(choice), "server")} without an EIP. Written by \`wayout init\`; docs/cli.md explains every line.
# \`wayout plan\` says what would change, \`wayout apply\` does it, \`wayout undo\` takes it back.
cloud: ${inline(cloud)}
gateways:
  - name: ${gateway}
    vpc: ${inline(offer.name)}${comment(offer.vpc.cidrs.join(", "))}
    # Two names make a pair, which keeps open connections when one of them fails.
${others.length > 0 ? `    # Could be a proxy too: ${others.slice(0, 5).map(told).join("; ")}${others.length > 5 ? "; ..." : ""}\n` : ""}    proxies: [${proxyNames}]${comment(proxies.map(place).join("; "))}
    # The subnets whose servers are served.
    subnets:
${subnets.map(({ name, subnet, without }) => `      - ${inline(name)}${comment(`${subnet.cidr}, ${counted(without.length, "server")} without an EIP`)}`).join("\n")}
${left.map((one) => `      # - ${inline(one.name)}${comment(`${one.subnet.cidr}, ${whyLeft(one)}`)}\n`).join("")}`;
}

function told(candidate: Candidate): string {
  return visible(oneLine(`${candidate.name} (${place(candidate)})`));
}

function place({ nic, publicIp }: Candidate): string {
  return `${nic.ip}, EIP ${publicIp.address}`;
}

function whyLeft({ without, route }: OfferedSubnet): string {
  if (route) return `its default route goes to ${route.type} ${route.nextHop} already`;
  return without.length === 0
    ? "no server without an EIP"
    : `${counted(without.length, "server")} without an EIP`;
}

/** As YAML needs it, inside a flow list too; JSON is YAML. */
function inline(text: string): string {
  return /^[A-Za-z][\w.-]*$/.test(text) && parse(text) === text ? text : visibleJson(JSON.stringify(text));
}

/** A cloud lets anything stand in a name; nothing of it may end the comment's line, nor hide in it. */
function comment(text: string): string {
  return ` # ${visible(oneLine(text))}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Which firewalls of a host would drop what the proxy must forward, and what to do about each. Pure. */
import { parseRange, type Range } from "../../spec/addresses.ts";
import type { RivalFirewall } from "../host.ts";
import { canonicalCidrs, isEverywhere } from "../ranges.ts";
import type { Passage } from "../wanted-rules.ts";
import { iptablesVerdict } from "./iptables.ts";
import { nftablesVerdict } from "./nftables.ts";
import type { Packet } from "./packet.ts";

export interface BlockingRival {
  readonly name: RivalFirewall["name"];
  readonly evidence: string;
  /** Commands, as one could paste them, that let the gateway's traffic pass and nothing else. */
  readonly fix: string;
}

/**
 * With nftables our rules are in a table of their own, and every table must let a packet pass: any rival that drops
 * blocks. With iptables our chain comes first in the same table, and what it accepts no rule behind it sees: only
 * rivals in another table block.
 */
export function blockingRivals(
  rivals: readonly RivalFirewall[],
  backend: "nftables" | "iptables",
  passage: Passage,
  service: { readonly served: readonly string[]; readonly destinations: readonly string[] },
): readonly BlockingRival[] {
  const packets = kinds(passage, service);
  return rivals
    .filter((rival) => rival.dropsForwarded)
    .filter((rival) => !(backend === "iptables" && rival.backend !== "nftables"))
    .filter((rival) => packets.some((packet) => verdict(rival, packet) === "drop"))
    .map((rival) => ({ name: rival.name, evidence: rival.evidence, fix: fix(rival, passage, service) }));
}

function verdict(rival: RivalFirewall, packet: Packet): "accept" | "drop" {
  return rival.backend === "nftables"
    ? nftablesVerdict(rival.rules, packet)
    : iptablesVerdict(rival.rules, packet);
}

/** Stands for the whole Internet: a rule about some part of it is somebody's will about that part. */
const internet = "9.9.9.9/32";

/** New connections outwards, and their replies, from every inside device. */
function kinds(
  { egress, insideDevices }: Passage,
  { served, destinations }: { readonly served: readonly string[]; readonly destinations: readonly string[] },
): Packet[] {
  const ranges = (cidrs: readonly string[]): Range[] =>
    canonicalCidrs(cidrs).flatMap((cidr) => parseRange(cidr) ?? []);
  return insideDevices.flatMap((device) =>
    ranges(served).flatMap((source) =>
      ranges(isEverywhere(destinations) ? [internet] : destinations).flatMap((destination): Packet[] => [
        { from: device, to: egress.device, source, destination, state: "new" },
        { from: egress.device, to: device, source: destination, destination: source, state: "established" },
      ]),
    ),
  );
}

function fix(
  rival: RivalFirewall,
  { egress, insideDevices }: Passage,
  { served }: { readonly served: readonly string[] },
): string {
  const cidrs = canonicalCidrs(served);
  const out = egress.device;
  const per = (make: (device: string, cidr: string) => string): string =>
    insideDevices.flatMap((device) => cidrs.slice(0, 4).map((cidr) => make(device, cidr))).join(" && ") +
    (cidrs.length > 4 ? " && ... the same for each served subnet" : "");
  const tool = rival.backend;
  const replies = (chain: string): string =>
    `${tool} -I ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
  switch (rival.name) {
    case "ufw":
      return per((device, cidr) => `ufw route allow in on ${device} out on ${out} from ${cidr}`);
    case "firewalld":
      return (
        "firewall-cmd --permanent --new-policy wayout && " +
        "firewall-cmd --permanent --policy wayout --add-ingress-zone ANY --add-egress-zone ANY && " +
        cidrs
          .slice(0, 4)
          .map(
            (cidr) =>
              `firewall-cmd --permanent --policy wayout --add-rich-rule 'rule family=ipv4 source address=${cidr} accept'`,
          )
          .join(" && ") +
        " && firewall-cmd --reload"
      );
    case "docker":
      return `${replies("DOCKER-USER")} && ${per((device, cidr) => `${tool} -I DOCKER-USER -i ${device} -o ${out} -s ${cidr} -j ACCEPT`)}`;
    case "iptables-policy":
      return `${replies("FORWARD")} && ${per((device, cidr) => `${tool} -I FORWARD -i ${device} -o ${out} -s ${cidr} -j ACCEPT`)}`;
    case "nftables-policy": {
      const [, family = "inet", table = "filter"] = /nft table (\S+) ([^:]+):/.exec(rival.evidence) ?? [];
      const chain = /chain (\S+) \{\s*type filter hook forward/.exec(rival.rules)?.[1] ?? "forward";
      const insert = `nft insert rule ${family} ${table} ${chain}`;
      return `${insert} ct state established,related accept && ${insert} iifname '{ ${insideDevices.join(", ")} }' oifname ${out} ip saddr '{ ${cidrs.slice(0, 4).join(", ")} }' accept`;
    }
  }
}

/** Which firewalls of a host would drop what the proxy must forward, and what to do about each. Pure. */
import { command, commandLine } from "../../report/command.ts";
import { parseRange, type Range } from "../../spec/addresses.ts";
import type { RivalFirewall } from "../host.ts";
import { canonicalCidrs, isEverywhere } from "../ranges.ts";
import type { Passage } from "../wanted-rules.ts";
import { iptablesDrops } from "./iptables.ts";
import { nftablesDrops } from "./nftables.ts";
import type { Drop, Packet } from "./packet.ts";

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
  const all = kinds(passage, service);
  return rivals
    .filter((rival) => !(backend === "iptables" && rival.backend !== "nftables"))
    .flatMap((rival): BlockingRival[] => {
      const drop = firstDrop(rival, all);
      if (!drop) return [];
      const name = ownerOf(rival, drop);
      return [
        { name, evidence: evidence(rival, drop), fix: fix({ ...rival, name }, drop, passage, service) },
      ];
    });
}

function firstDrop(rival: RivalFirewall, all: readonly (readonly Packet[])[]): Drop | undefined {
  const dropOf = rival.backend === "nftables" ? nftablesDrops(rival.rules) : iptablesDrops(rival.rules);
  for (const kind of all) {
    const drops = kind.flatMap((packet) => dropOf(packet) ?? []);
    if (drops.length === kind.length) return drops[0];
  }
  return undefined;
}

/** A rule with conditions in FORWARD itself is a person's: the programs keep theirs in chains of their own. */
function ownerOf({ name, backend }: RivalFirewall, { chain, rule }: Drop): RivalFirewall["name"] {
  const byHand =
    backend !== "nftables" && chain === "FORWARD" && rule !== undefined && !rule.startsWith("-j");
  return byHand ? "iptables" : name;
}

function evidence({ backend, table }: RivalFirewall, { chain, rule }: Drop): string {
  if (table !== undefined) return `nft table ${table}, chain ${chain}: ${rule ?? "policy drop"}`;
  return `${backend}: ${rule === undefined ? `the policy of ${chain} is DROP` : `-A ${chain} ${rule}`}`;
}

/**
 * Stand for the whole Internet, far from each other (Quad9, k.root-servers.net, m.root-servers.net): a rule that drops
 * all of them is about the way out, a rule about one of them is somebody's will about that part.
 */
const internet = ["9.9.9.9/32", "193.0.14.129/32", "202.12.27.33/32"];

/** New connections outwards, and their replies, from every inside device: kinds, each with packets that stand for it. */
function kinds(
  { egress, insideDevices }: Passage,
  { served, destinations }: { readonly served: readonly string[]; readonly destinations: readonly string[] },
): Packet[][] {
  const ranges = (cidrs: readonly string[]): Range[] =>
    canonicalCidrs(cidrs).flatMap((cidr) => parseRange(cidr) ?? []);
  const to = isEverywhere(destinations) ? [ranges(internet)] : ranges(destinations).map((one) => [one]);
  return insideDevices.flatMap((device) =>
    ranges(served).flatMap((source) =>
      to.flatMap((samples): Packet[][] => [
        samples.map((destination) => ({
          from: device,
          to: egress.device,
          source,
          destination,
          state: "new",
        })),
        samples.map((destination) => ({
          from: egress.device,
          to: device,
          source: destination,
          destination: source,
          state: "established",
        })),
      ]),
    ),
  );
}

function fix(
  rival: RivalFirewall,
  { base }: Drop,
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
    commandLine([tool, "-I", chain, ...words("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")]);
  const forwarded = (chain: string): string =>
    `${replies(chain)} && ${per((device, cidr) => commandLine([tool, "-I", chain, "-i", device, "-o", out, "-s", cidr, "-j", "ACCEPT"]))}`;
  switch (rival.name) {
    case "ufw":
      return per((device, cidr) =>
        commandLine([...words("ufw route allow in on"), device, "out", "on", out, "from", cidr]),
      );
    case "firewalld":
      return (
        "firewall-cmd --permanent --new-policy wayout && " +
        "firewall-cmd --permanent --policy wayout --add-ingress-zone ANY --add-egress-zone ANY && " +
        cidrs
          .slice(0, 4)
          .map((cidr) =>
            command("firewall-cmd --permanent --policy wayout", {
              options: [["--add-rich-rule", `rule family=ipv4 source address=${cidr} accept`]],
            }),
          )
          .join(" && ") +
        " && firewall-cmd --reload"
      );
    case "docker":
      return forwarded("DOCKER-USER");
    case "iptables":
      return forwarded("FORWARD");
    case "nftables":
      return nftFix(rival.table ?? "", base, { out, insideDevices, cidrs: cidrs.slice(0, 4) });
  }
}

/** What nft reads as one name, and not as the end of a statement or the beginning of another one. */
const nftName = /^[A-Za-z_.][\w./-]*$/;

function nftFix(
  table: string,
  chain: string,
  { out, insideDevices, cidrs }: { out: string; insideDevices: readonly string[]; cidrs: readonly string[] },
): string {
  const names = [...words(table), chain, out, ...insideDevices];
  // nft reads its words once more, as one text: quotes of the shell are gone by then.
  if (!names.every((one) => nftName.test(one)))
    return "by a rule of your own; nft reads names like these in no command";
  const insert = ["nft", "insert", "rule", ...words(table), chain];
  const set = (elements: readonly string[]): string => `{ ${elements.join(", ")} }`;
  return [
    commandLine([...insert, ...words("ct state established,related accept")]),
    commandLine([
      ...insert,
      ...["iifname", set(insideDevices), "oifname", out, "ip", "saddr", set(cidrs), "accept"],
    ]),
  ].join(" && ");
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

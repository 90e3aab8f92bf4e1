/** State -> the edge of a VPC: EIPs one to one, nothing else in or out, and the path's packet size limit. Pure. */
import type { LabVpc } from "../state.ts";
import { publicRange } from "../state.ts";
import type { Binding } from "./bindings.ts";
import type { Item } from "./items.ts";
import { edgeAddress, innerLink, internetAddress, userAddress } from "./links.ts";
import { internetPort, type Names } from "./names.ts";
import type { NftTable } from "./nft-table.ts";

/** A limit on the size of packets on the way beyond the EIPs, in both directions. */
export interface PathLimit {
  readonly bytes: number;
  /** `icmp`: the sender is told, as RFC 1191 wants. `blackhole`: it is not, as a bad firewall on the way makes it. */
  readonly style: "icmp" | "blackhole";
}

/**
 * NAT has a namespace of its own per VPC: a packet that crosses the VPC's router twice (client -> proxy -> EIP) meets
 * connection tracking once only, and what does not leave the VPC never.
 */
export function edgeTable(bindings: readonly Binding[], limit: PathLimit | null): NftTable {
  const map = (from: (b: Binding) => string, to: (b: Binding) => string) =>
    new Map(bindings.map((binding) => [from(binding), `${from(binding)} : ${to(binding)}`]));
  const publicOf = (binding: Binding) => binding.publicAddress;
  const privateOf = (binding: Binding) => binding.privateAddress;
  return {
    family: "ip",
    name: "lab",
    sets: new Map([
      [
        "to_public",
        { kind: "map", declaration: "type ipv4_addr : ipv4_addr;", elements: map(privateOf, publicOf) },
      ],
      [
        "to_private",
        { kind: "map", declaration: "type ipv4_addr : ipv4_addr;", elements: map(publicOf, privateOf) },
      ],
      [
        "bound",
        {
          kind: "set",
          declaration: "type ipv4_addr;",
          elements: new Map(bindings.map((binding) => [privateOf(binding), privateOf(binding)])),
        },
      ],
    ]),
    chains: new Map([
      [
        "prerouting",
        {
          hook: "type nat hook prerouting priority dstnat; policy accept;",
          rules: ['iifname "internet" dnat to ip daddr map @to_private'],
        },
      ],
      [
        "forward",
        {
          hook: "type filter hook forward priority filter; policy drop;",
          rules: [
            'iifname "vpc" oifname "internet" ip saddr @bound accept',
            'iifname "internet" oifname "vpc" ip daddr @bound accept',
          ],
        },
      ],
      [
        "postrouting",
        {
          hook: "type nat hook postrouting priority srcnat; policy accept;",
          rules: ['oifname "internet" snat to ip saddr map @to_public'],
        },
      ],
      [
        "output",
        {
          hook: "type filter hook output priority filter; policy accept;",
          rules:
            limit?.style === "blackhole"
              ? ["icmp type destination-unreachable icmp code frag-needed drop"]
              : [],
        },
      ],
    ]),
  };
}

/** Commands that make the edge forget connections over EIPs that are bound no more, or to something else. */
export function forgetFlows(have: NftTable | undefined, want: NftTable | undefined): string[] {
  const before = have?.sets.get("to_private")?.elements ?? new Map<string, string>();
  const after = want?.sets.get("to_private")?.elements;
  const deletions = [...before]
    .filter(([address, element]) => after?.get(address) !== element)
    .flatMap(([address]) => [`conntrack -D -q ${address}`, `conntrack -D -d ${address}`]);
  // Side by side, since each takes its time. "0 flow entries" is an exit code of 1, and no error.
  return deletions.length === 0 ? [] : [...deletions.map((line) => `${line} >/dev/null 2>&1 &`), "wait"];
}

const outwards = 20;
const inwards = 30;

export function edgeRoutes(limit: PathLimit | null): Item[] {
  const mtu = limit === null ? "" : ` mtu ${limit.bytes}`;
  const route = (destination: string, table: string, how: string): Item => ({
    key: `route ${destination} ${table}`,
    replaces: true,
    add: [`route replace ${destination} table ${table} ${how}`],
    remove: [],
  });
  const rule = (what: string): Item => ({ key: `rule ${what}`, add: [`rule add ${what}`], remove: [] });
  return [
    route("default", String(outwards), `via ${internetAddress} dev internet${mtu}`),
    route("default", String(inwards), `via ${innerLink.router} dev vpc${mtu}`),
    // What the edge itself says (ICMP errors) goes to the side it came from.
    route("198.51.100.0/24", "main", `via ${internetAddress} dev internet`),
    route(publicRange, "main", `via ${internetAddress} dev internet`),
    route("default", "main", `via ${innerLink.router} dev vpc`),
    rule(`preference 100 iif vpc lookup ${outwards}`),
    rule(`preference 101 iif internet lookup ${inwards}`),
  ];
}

/** An EIP is known to the Internet while it is bound; the rest of the range is nowhere. */
export function internetRoutes(
  bindings: readonly Binding[],
  vpcs: ReadonlyMap<string, LabVpc>,
  names: Names,
): Item[] {
  return [
    {
      key: `route ${publicRange}`,
      replaces: true,
      add: [`route replace unreachable ${publicRange}`],
      remove: [],
    },
    ...bindings
      .filter((binding) => vpcs.has(binding.vpcId))
      .map((binding) => ({
        key: `route ${binding.publicAddress}`,
        replaces: true,
        add: [internetRoute(binding, names)],
        remove: [`route delete ${binding.publicAddress}/32`],
      })),
  ];
}

function internetRoute({ publicAddress, vpcId }: Binding, names: Names): string {
  const way = `via ${edgeAddress(names, vpcId)} dev ${internetPort(vpcId)}`;
  return `route replace ${publicAddress}/32 ${way} src ${userAddress}`;
}

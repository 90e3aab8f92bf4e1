/**
 * State -> the router's routes and rules. Pure. The order of the rules is OTC's priority of routes: local first, then
 * the longest prefix of the subnet's own table; for 0.0.0.0/0 a server's EIP goes before the table. On a plain OpenStack
 * the table goes before everything that leaves.
 */

import { holds, rangeOf } from "../../spec/addresses.ts";
import { nextHopAddress } from "../next-hop-address.ts";
import type { LabCloudKind, LabRoute, LabRouteTable, LabState, LabSubnet, LabVpc } from "../state.ts";
import type { Item } from "./items.ts";
import { checkedAddress, checkedRange, innerLink } from "./links.ts";
import { bridgeName, type Names } from "./names.ts";
import type { NftTable } from "./nft-table.ts";

/** Set on what comes from an address with an EIP; the low 16 bits are the number of the subnet's route table. */
const publicIpMark = 0x10000;
const tableMask = 0xffff;
const uplinkTable = 10;

/** System routes of every VPC besides its subnets: they never leave it. 100.125.4.25 in it is the router's own. */
const systemRanges = ["100.64.0.0/10", "198.19.128.0/20"] as const;

const preference = { local: 100, specific: 1000, publicIp: 2000, default: 3000, nothing: 32_000 } as const;

export function routerRoutes(
  state: LabState,
  vpc: LabVpc,
  subnets: readonly LabSubnet[],
  names: Names,
): Item[] {
  const tables = [...state.routeTables.values()].filter((table) => table.vpcId === vpc.id);
  return [
    ...systemRanges.map((range) => route(range, "main", "blackhole")),
    route("0.0.0.0/0", String(uplinkTable), `via ${innerLink.edge} dev uplink`),
    ...tables.flatMap((table) =>
      table.routes.flatMap((entry) => {
        const { cidr, prefix } = checkedRange(entry.destination);
        const how = hop(state, subnets, entry);
        // The kernel suppresses no blackhole: a default one would stop what has an EIP too. The last rule swallows the rest.
        return how === "blackhole" && prefix === 0
          ? []
          : [route(cidr, String(names.routeTable(table.id)), how)];
      }),
    ),
    rule(preference.local, "lookup main suppress_prefixlength 0"),
    ...(vpc.router === "outside"
      ? [rule(preference.publicIp, `fwmark ${publicIpMark}/${publicIpMark} lookup ${uplinkTable}`)]
      : []),
    ...tables.flatMap((table) => tableRules(state.cloud, names.routeTable(table.id))),
    rule(preference.nothing, "blackhole"),
  ];
}

/**
 * A Neutron router has one table with its extra routes and its own default in it, and the extra one stands in the place of
 * the default: an EIP does not help there (tried on Zed).
 */
function tableRules(cloud: LabCloudKind, number: number): Item[] {
  const lookup = `fwmark ${number}/${tableMask} lookup ${number}`;
  if (cloud === "openstack") return [rule(preference.specific, lookup)];
  return [rule(preference.specific, `${lookup} suppress_prefixlength 0`), rule(preference.default, lookup)];
}

/** A next hop that does not exist (any more), and kinds of next hop that the lab has not, swallow the packet. */
function hop(state: LabState, subnets: readonly LabSubnet[], entry: LabRoute): string {
  const hopAddress = nextHopAddress(state, entry);
  if (hopAddress === undefined) return "blackhole";
  const address = checkedAddress(hopAddress);
  const subnet = subnets.find(({ cidr }) => holds(rangeOf(cidr), address));
  return subnet ? `via ${address} dev ${bridgeName(subnet)} onlink` : "blackhole";
}

function route(destination: string, table: string, how: string): Item {
  const where = `${destination} table ${table}`;
  const line = how === "blackhole" ? `route replace blackhole ${where}` : `route replace ${where} ${how}`;
  return { key: `route ${where}`, replaces: true, add: [line], remove: [`route delete ${where}`] };
}

function rule(order: number, what: string): Item {
  return {
    key: `rule ${order} ${what}`,
    add: [`rule add preference ${order} ${what}`],
    remove: [`rule delete preference ${order} ${what}`],
  };
}

/** Marks what servers send: which table it looks up, and whether its source has an EIP. */
export function routerMarks(
  tables: Iterable<LabRouteTable>,
  subnets: readonly LabSubnet[],
  privateAddresses: readonly string[],
  names: Names,
): NftTable {
  const tableOf = new Map<string, string>();
  const inVpc = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  for (const table of tables) {
    for (const id of table.subnetIds) {
      const subnet = inVpc.get(id);
      if (!subnet) continue;
      const name = bridgeName(subnet);
      tableOf.set(name, `"${name}" : ${names.routeTable(table.id)}`);
    }
  }
  return {
    family: "ip",
    name: "lab",
    sets: new Map([
      ["table_of", { kind: "map", declaration: "type ifname : mark;", elements: tableOf }],
      [
        "with_public_ip",
        {
          kind: "set",
          declaration: "type ipv4_addr;",
          elements: new Map(privateAddresses.map((address) => [address, address])),
        },
      ],
    ]),
    chains: new Map([
      [
        "prerouting",
        {
          hook: "type filter hook prerouting priority mangle; policy accept;",
          rules: [
            'iifname "uplink" accept',
            "meta mark set iifname map @table_of",
            `ip saddr @with_public_ip meta mark set meta mark or ${publicIpMark}`,
          ],
        },
      ],
      [
        // A cloud does not tell that a server is off or that nobody holds a virtual IP: the packet is just gone.
        "output",
        {
          hook: "type filter hook output priority filter; policy accept;",
          rules: ["icmp type destination-unreachable icmp code host-unreachable drop"],
        },
      ],
    ]),
  };
}

/**
 * By which way the packets of the served subnets come to the proxy, chosen by what the network looks like and what the
 * cloud can do. Pure. The ways that plain OpenStack leaves, and why a route to 0.0.0.0/0 on the proxy's own router is none
 * of them: reference of the cloud APIs, 3.7, tried on Neutron Zed.
 */
import type { CloudTraits, Subnet, Vpc } from "../cloud/cloud.ts";
import { toNumber } from "../spec/addresses.ts";
import type { Gateway, ProxyServer } from "./gateway.ts";

/** `router-route`, `subnet-gateway` and `host-routes` are the recipes G1, G2 and G3 of that reference. */
export const ways = ["route-table", "router-route", "subnet-gateway", "host-routes"] as const;
export type Way = (typeof ways)[number];

export type Recipe =
  | { readonly kind: Way; readonly because: string }
  /** The network has a way out without a gateway. */
  | { readonly kind: "nothing"; readonly because: string }
  | { readonly kind: "refused"; readonly because: string; readonly hint: string };

/** What the choice depends on. */
export interface Situation {
  readonly traits: Pick<CloudTraits, "name" | "routes" | "dhcp">;
  readonly vpc: Pick<Vpc, "name" | "router" | "sharedSnat">;
  readonly wish: "auto" | Way;
  readonly ownTable: boolean;
  readonly destinations: readonly string[];
  readonly subnets: readonly (Pick<Subnet, "name" | "dhcp"> & {
    /** Every proxy has a NIC in it. */
    readonly withProxies: boolean;
    /** What is to be the next hop is in it: a proxy, or the inner virtual IP of a pair. */
    readonly withNextHop: boolean;
    /** Its address in it is among those that the cloud hands out by itself. */
    readonly handedOut: boolean;
  })[];
  /** By name; two are a pair. */
  readonly proxies: readonly string[];
  /** The NIC with the EIP is in another network than the one that the clients' packets come to. */
  readonly outsideElsewhere: boolean;
}

export function recipeFor(situation: Situation): Recipe {
  const { traits, wish } = situation;
  if (traits.routes === "router") return onRouters(situation);
  if (wish === "auto" || wish === "route-table") {
    return {
      kind: "route-table",
      because: "the subnets' route table leads to the proxy, whose own packets leave by its EIP",
    };
  }
  return {
    kind: "refused",
    because: `${traits.name} has no such way as ${wish}`,
    hint: "Leave recipe out of the spec: route tables do it.",
  };
}

/** The recipe of a gateway whose names are looked up. */
export function recipeOf(gateway: Gateway, traits: CloudTraits): Recipe {
  const { spec, vpc, subnets, proxies, pair } = gateway;
  const inSubnet = (subnet: Subnet, proxy: ProxyServer) =>
    proxy.nics.some((nic) => nic.subnetId === subnet.id);
  const nextHops = pair ? [pair.inner] : proxies.flatMap(({ nics }) => nics);
  const hopsIn = (subnet: Subnet) => nextHops.filter(({ subnetId }) => subnetId === subnet.id);
  return recipeFor({
    traits,
    vpc,
    wish: spec.recipe,
    ownTable: spec.routeTable === "own",
    destinations: spec.destinations,
    subnets: subnets.map(({ subnet }) => ({
      name: subnet.name,
      ...(subnet.dhcp ? { dhcp: subnet.dhcp } : {}),
      withProxies: proxies.every((proxy) => inSubnet(subnet, proxy)),
      withNextHop: hopsIn(subnet).length > 0,
      handedOut: hopsIn(subnet).some(({ ip }) => isHandedOut(subnet, ip)),
    })),
    proxies: proxies.map(({ server }) => server.name),
    outsideElsewhere: proxies.every(({ outside, nics }) => !nics.some((nic) => nic.id === outside.id)),
  });
}

/** It is among the addresses that the cloud gives to new NICs of the subnet by itself. */
export function isHandedOut({ dhcp }: Pick<Subnet, "dhcp">, ip: string): boolean {
  const at = toNumber(ip);
  return dhcp?.pools.some(({ first, last }) => toNumber(first) <= at && at <= toNumber(last)) ?? false;
}

const everything = "0.0.0.0/0";

function onRouters(situation: Situation): Recipe {
  const { vpc, wish, ownTable, proxies, traits, outsideElsewhere } = situation;
  if (wish === "auto" && vpc.sharedSnat) {
    return {
      kind: "nothing",
      because: `router ${vpc.name} translates for its servers already (enable_snat), so they have a way out without a gateway. To have them leave by the proxy's EIP all the same, write recipe: host-routes`,
    };
  }
  if (ownTable) {
    return {
      kind: "refused",
      because: `${traits.name} has no route tables: a router has one list of routes for all its subnets`,
      hint: "Leave routeTable out of the spec.",
    };
  }
  if (!outsideElsewhere && vpc.router !== "outside") {
    return {
      kind: "refused",
      because: `${vpc.name} leads nowhere outside, and ${withoutNic(proxies)} elsewhere: no EIP can be bound to it`,
      hint: "Give the proxy a second NIC in a subnet of a router with an external gateway.",
    };
  }
  const tried = {
    "route-table": [`${traits.name} has no route tables`],
    "router-route": againstRouterRoute(situation),
    "subnet-gateway": againstSubnetGateway(situation),
    "host-routes": againstHostRoutes(situation),
  } as const satisfies Record<Way, readonly string[]>;
  const order: readonly Way[] = wish === "auto" ? ["router-route", "subnet-gateway", "host-routes"] : [wish];
  const way = order.find((one) => tried[one].length === 0);
  if (way) return { kind: way, because: reasonFor(way, situation) };
  return {
    kind: "refused",
    because: order.map((one) => `${one}: ${tried[one].join("; ")}`).join(". "),
    hint: "What works: SNAT on the router; clients behind a router of their own without an external gateway, with the proxy in their subnet and on the public side; or a proxy with a NIC in the served subnet, which host routes can lead to.",
  };
}

function reasonFor(way: Way, { vpc, proxies: both, subnets, wish, outsideElsewhere }: Situation): string {
  const asked = wish === "auto" ? "" : "; the spec asks for it";
  const proxies = both.join(" and ");
  const names = subnets.map(({ name }) => name).join(", ");
  switch (way) {
    case "router-route":
      return `router ${vpc.name} may lead to ${proxies}: what leaves there goes by another network, and not by that router again${asked}`;
    case "subnet-gateway":
      return `${names} has no router: its gateway becomes ${proxies}, which servers learn by DHCP${asked}`;
    default: {
      const told = `host routes of ${names} tell the clients alone, by DHCP, that their way out is ${proxies}${asked}`;
      if (vpc.router === "none") return `${vpc.name} has no router; ${told}`;
      if (vpc.router === "outside" && !outsideElsewhere)
        return `router ${vpc.name} is ${proxies}'s own way out, so a route on it would lead back; ${told}`;
      if (vpc.router === "outside")
        return `a route on router ${vpc.name}, which has an external gateway, would change the way of servers with an EIP too; ${told}`;
      return told;
    }
  }
}

/** "ecs-proxy has no NIC"; of a pair one may have it. */
function withoutNic(proxies: readonly string[]): string {
  return `${proxies.join(" and ")} ${proxies.length === 1 ? "has no NIC" : "do not both have a NIC"}`;
}

function againstRouterRoute(situation: Situation): string[] {
  const { vpc, destinations } = situation;
  if (vpc.router === "none") return [`network ${vpc.name} has no router`];
  if (vpc.router === "outside" && destinations.includes(everything)) {
    return [
      `a route to 0.0.0.0/0 on router ${vpc.name} takes the place of its own default: what the proxy sends comes back to it, EIPs behind that router end, and taking the route away does not bring the default back`,
    ];
  }
  if (vpc.router === "outside") {
    return [
      `router ${vpc.name} has an external gateway: servers behind it that have an EIP would answer by the proxy, and what is open over their EIPs would end`,
    ];
  }
  return needsOfProxies(situation);
}

function againstSubnetGateway(situation: Situation): string[] {
  const { destinations, subnets, proxies } = situation;
  const taken = subnets.filter(({ dhcp }) => dhcp?.gatewayOf === "router");
  const handedOut = subnets.filter((subnet) => subnet.handedOut).map(({ name }) => name);
  return [
    ...(destinations.length === 1 && destinations[0] === everything
      ? []
      : ["a subnet's gateway is for everything, not for some destinations"]),
    ...(taken.length === 0
      ? []
      : [`a router has the gateway address of ${taken.map(({ name }) => name).join(", ")}, and keeps it`]),
    ...(handedOut.length === 0
      ? []
      : [
          `${proxies.length === 1 ? `the address of ${proxies.join()}` : "the virtual IP of the pair"} in ${handedOut.join(", ")} is one that the cloud hands out by itself, and it takes none of those for a gateway`,
        ]),
    ...needsOfDhcp(situation),
    ...needsOfProxies(situation),
  ];
}

function againstHostRoutes(situation: Situation): string[] {
  return [...needsOfDhcp(situation), ...needsOfProxies(situation)];
}

function needsOfDhcp({ traits, subnets }: Situation): string[] {
  if (!traits.dhcp) return [`on ${traits.name} nobody can change what a subnet tells its servers`];
  const silent = subnets.filter(({ dhcp }) => !dhcp?.enabled).map(({ name }) => name);
  const far = subnets.filter((one) => one.withProxies && !one.withNextHop).map(({ name }) => name);
  return [
    ...(silent.length === 0
      ? []
      : [`DHCP is off in ${silent.join(", ")}, so its servers would not learn of it`]),
    ...(far.length === 0
      ? []
      : [`the virtual IP of a pair is in one subnet, so servers in ${far.join(", ")} cannot be led to it`]),
  ];
}

/** What comes back from the Internet has to find the clients. */
function needsOfProxies({ subnets, proxies }: Situation): string[] {
  const without = subnets.filter(({ withProxies }) => !withProxies).map(({ name }) => name);
  return without.length === 0 ? [] : [`${withoutNic(proxies)} in ${without.join(", ")}`];
}

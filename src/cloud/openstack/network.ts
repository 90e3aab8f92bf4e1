/** What an OpenStack network is made of, read in a few lists: routers, networks, subnets, and the ports that join them. */
import { z } from "zod";
import { isAddress, parseRange } from "../../spec/addresses.ts";
import { anyAddress, anyRange, cidr, cloudId } from "../../spec/forms.ts";
import { links, listOf, optionalAnyAddress, optionalList, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import { listPorts, type Port } from "../neutron/ports.ts";
import { listByLink } from "../paging.ts";
import { readTogether } from "./read-together.ts";

export const routeSchema = z.object({ destination: anyRange, nexthop: anyAddress });

export const routerSchema = z.object({
  id: cloudId,
  name: optionalText,
  external_gateway_info: z.object({ network_id: cloudId, enable_snat: z.boolean().nullish() }).nullish(),
  routes: optionalList(routeSchema),
  tags: optionalList(z.string()),
  revision_number: z.number().nullish(),
});
export type Router = z.infer<typeof routerSchema>;

const networkSchema = z.object({
  id: cloudId,
  name: optionalText,
  "router:external": z
    .boolean()
    .nullish()
    .transform((external) => external ?? false),
});
type Network = z.infer<typeof networkSchema>;

const anySubnet = z.object({
  id: cloudId,
  name: optionalText,
  network_id: cloudId,
  ip_version: z.number(),
  cidr: anyRange,
  gateway_ip: optionalAnyAddress,
  enable_dhcp: z.boolean().nullish(),
  dns_nameservers: optionalList(z.string().max(253)),
  host_routes: optionalList(routeSchema),
  allocation_pools: optionalList(z.object({ start: anyAddress, end: anyAddress })),
  tags: optionalList(z.string()),
  revision_number: z.number().nullish(),
});

/** Those of IPv6 are read to be left out: of IPv4, the addresses are of that family too. */
export const subnetSchema = anySubnet
  .superRefine((subnet, context) => {
    if (subnet.ip_version !== 4) return;
    const wrong = (path: (string | number)[], message: string) => {
      context.addIssue({ code: "custom", path, message });
    };
    if (!cidr.safeParse(subnet.cidr).success) wrong(["cidr"], "is not an IPv4 range like 192.0.2.0/24");
    const notIpv4 = (text: string) => text !== "" && !isAddress(text);
    if (notIpv4(subnet.gateway_ip)) wrong(["gateway_ip"], "is not an IPv4 address like 192.0.2.1");
    for (const [at, pool] of subnet.allocation_pools.entries()) {
      if (notIpv4(pool.start) || notIpv4(pool.end)) {
        wrong(["allocation_pools", at], "is not a pool of IPv4 addresses");
      }
    }
  })
  .transform((subnet) => ({ ...subnet, cidr: parseRange(subnet.cidr)?.cidr ?? subnet.cidr }));
export type SubnetAnswer = z.infer<typeof subnetSchema>;

/** The port by which a router, or the DHCP service, is in a subnet. */
interface ServicePort {
  /** The router's id. */
  readonly device: string;
  readonly subnetId: string;
  readonly ip: string;
}

export interface NetworkMap {
  readonly routers: readonly Router[];
  readonly networks: readonly Network[];
  /** IPv4, and not those of external networks. */
  readonly subnets: readonly SubnetAnswer[];
  readonly routerPorts: readonly ServicePort[];
  readonly dhcpPorts: readonly ServicePort[];
}

/** Whatever a router's interface is called: plain, distributed, highly available. */
const routerOwners = [
  "network:router_interface",
  "network:router_interface_distributed",
  "network:ha_router_replicated_interface",
];

async function readNetworkMap(api: Api): Promise<NetworkMap> {
  const [routers, networks, subnets, dhcpPorts, ...routerPorts] = await Promise.all([
    readRouters(api),
    readNetworks(api),
    readSubnetAnswers(api),
    servicePorts(api, "network:dhcp"),
    ...routerOwners.map((owner) => servicePorts(api, owner)),
  ]);
  const outside = new Set(networks.filter((one) => one["router:external"]).map(({ id }) => id));
  return {
    routers,
    networks,
    subnets: subnets.filter((one) => one.ip_version === 4 && !outside.has(one.network_id)),
    routerPorts: routerPorts.flat(),
    dhcpPorts,
  };
}

/** What is listed whole, shared by all who ask in the same moment. */
export interface Lists {
  map(): Promise<NetworkMap>;
  ports(): Promise<readonly Port[]>;
}

export function listsOf(api: Api): Lists {
  return { map: readTogether(() => readNetworkMap(api)), ports: readTogether(() => listPorts(api)) };
}

interface NetworkIndex {
  /** By id, with its place in the list. */
  readonly subnets: ReadonlyMap<string, { readonly place: number; readonly subnet: SubnetAnswer }>;
  /** By subnet id. */
  readonly routerPorts: ReadonlyMap<string, readonly ServicePort[]>;
  readonly dhcpPorts: ReadonlyMap<string, readonly ServicePort[]>;
  /** By router id: those of which it is the router. */
  readonly subnetsOfRouter: ReadonlyMap<string | undefined, readonly SubnetAnswer[]>;
  readonly routerIds: ReadonlySet<string>;
}

const indexes = new WeakMap<NetworkMap, NetworkIndex>();

/** Made once for a map: a search of each subnet's ports in the list of all takes minutes where there are 50,000 of both. */
export function indexOf(map: NetworkMap): NetworkIndex {
  const known = indexes.get(map);
  if (known) return known;
  const routerIds = new Set(map.routers.map(({ id }) => id));
  const routerPorts = Map.groupBy(map.routerPorts, ({ subnetId }) => subnetId);
  const made: NetworkIndex = {
    subnets: new Map(map.subnets.map((subnet, place) => [subnet.id, { place, subnet }])),
    routerPorts,
    dhcpPorts: Map.groupBy(map.dhcpPorts, ({ subnetId }) => subnetId),
    subnetsOfRouter: Map.groupBy(map.subnets, (subnet) => routerIn(subnet, { routerPorts, routerIds })),
    routerIds,
  };
  indexes.set(map, made);
  return made;
}

/** A subnet's router: the one that has the gateway's address, else any that is in it. Another project's is not seen. */
export function routerIdOf(subnet: SubnetAnswer, map: NetworkMap): string | undefined {
  return routerIn(subnet, indexOf(map));
}

function routerIn(
  subnet: SubnetAnswer,
  { routerPorts, routerIds }: Pick<NetworkIndex, "routerPorts" | "routerIds">,
): string | undefined {
  const inSubnet = (routerPorts.get(subnet.id) ?? []).filter(({ device }) => routerIds.has(device));
  return (inSubnet.find((port) => port.ip === subnet.gateway_ip) ?? inSubnet[0])?.device;
}

/** What stands for a VPC here: the subnet's router, or its network where it has none. */
export function vpcIdOf(subnet: SubnetAnswer, map: NetworkMap): string {
  return routerIdOf(subnet, map) ?? subnet.network_id;
}

async function readRouters(api: Api): Promise<readonly Router[]> {
  const schema = z.object({ routers: listOf(routerSchema), routers_links: links });
  return listByLink(api, { service: "network", path: "/v2.0/routers" }, schema, (page) => ({
    items: page.routers,
    links: page.routers_links,
  }));
}

async function readNetworks(api: Api): Promise<readonly Network[]> {
  const schema = z.object({ networks: listOf(networkSchema), networks_links: links });
  return listByLink(api, { service: "network", path: "/v2.0/networks" }, schema, (page) => ({
    items: page.networks,
    links: page.networks_links,
  }));
}

async function readSubnetAnswers(api: Api): Promise<readonly SubnetAnswer[]> {
  const schema = z.object({ subnets: listOf(subnetSchema), subnets_links: links });
  return listByLink(api, { service: "network", path: "/v2.0/subnets" }, schema, (page) => ({
    items: page.subnets,
    links: page.subnets_links,
  }));
}

async function servicePorts(api: Api, owner: string): Promise<readonly ServicePort[]> {
  const ports = await listPorts(api, { device_owner: owner });
  return ports.flatMap(({ device_id, fixed_ips }) =>
    fixed_ips.map(({ subnet_id, ip_address }) => ({
      device: device_id,
      subnetId: subnet_id,
      ip: ip_address,
    })),
  );
}

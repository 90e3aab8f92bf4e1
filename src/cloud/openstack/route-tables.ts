/**
 * A router's extra routes as a route table: it is the only one of all the router's subnets, and the router itself follows it.
 * Neutron's routes have addresses as next hops, and no descriptions: a tag of the router says whose a route is.
 */
import { z } from "zod";
import type { Api } from "../api.ts";
import type { NextHopType, Route, RouteTable } from "../cloud.ts";
import { addressOf, type Port } from "../neutron/ports.ts";
import { indexOf, type Lists, type NetworkMap, type Router, routerSchema } from "./network.ts";
import { ownersOfRoutes } from "./tags.ts";

export async function readRouteTables(lists: Lists, vpcId?: string): Promise<readonly RouteTable[]> {
  const [map, ports] = await Promise.all([lists.map(), lists.ports()]);
  const portsOf = portsByRouter(map, ports);
  return map.routers
    .filter((router) => vpcId === undefined || router.id === vpcId)
    .map((router) => asTable(router, map, portsOf.get(router.id) ?? []));
}

export async function readRouteTable(lists: Lists, id: string): Promise<RouteTable | undefined> {
  return (await readRouteTables(lists, id))[0];
}

export const oneRouter = z.object({ router: routerSchema });

export async function findRouter(api: Api, id: string): Promise<Router | undefined> {
  return (await api.find(routerPath(id), oneRouter))?.router;
}

export function routerPath(id: string) {
  return { service: "network", path: "/v2.0/routers/{id}", ids: { id } } as const;
}

/** The ports of a router's own subnets: only there can a next hop be. */
export function portsBehind(routerId: string, map: NetworkMap, ports: readonly Port[]): readonly Port[] {
  const subnets = new Set(
    map.routerPorts.filter((port) => port.device === routerId).map(({ subnetId }) => subnetId),
  );
  return ports.filter((port) => port.fixed_ips.some(({ subnet_id }) => subnets.has(subnet_id)));
}

/** The same for all routers, in one walk. */
function portsByRouter(map: NetworkMap, ports: readonly Port[]): ReadonlyMap<string, readonly Port[]> {
  const found = new Map<string, Port[]>();
  const { routerPorts } = indexOf(map);
  for (const port of ports) {
    const subnets = new Set(port.fixed_ips.map(({ subnet_id }) => subnet_id));
    const routers = new Set(
      [...subnets].flatMap((id) => routerPorts.get(id) ?? []).map(({ device }) => device),
    );
    for (const id of routers) {
      const near = found.get(id);
      if (near) near.push(port);
      else found.set(id, [port]);
    }
  }
  return found;
}

function asTable(router: Router, map: NetworkMap, ports: readonly Port[]): RouteTable {
  const near = nearness(ports);
  const ownerOf = ownersOfRoutes(router);
  return {
    id: router.id,
    name: router.name,
    vpcId: router.id,
    isDefault: true,
    routes: router.routes.map(({ destination, nexthop }): Route => {
      return { destination, ...hopAt(nexthop, near), description: ownerOf(destination) };
    }),
    subnetIds: (indexOf(map).subnetsOfRouter.get(router.id) ?? []).map(({ id }) => id),
  };
}

interface Near {
  readonly byAddress: ReadonlyMap<string, Port>;
  readonly nicsOfServer: ReadonlyMap<string, number>;
}

function nearness(ports: readonly Port[]): Near {
  const byAddress = new Map<string, Port>();
  const nicsOfServer = new Map<string, number>();
  for (const port of ports) {
    nicsOfServer.set(port.device_id, (nicsOfServer.get(port.device_id) ?? 0) + 1);
    for (const { ip_address: ip } of port.fixed_ips) if (!byAddress.has(ip)) byAddress.set(ip, port);
  }
  return { byAddress, nicsOfServer };
}

/**
 * A server with one NIC behind the router goes by its own id, as on OTC; with several it is the NIC that counts. Another
 * address of it than its first is told as such, since a route is written to the first.
 */
function hopAt(ip: string, near: Near): { readonly type: NextHopType; readonly nextHop: string } {
  const port = near.byAddress.get(ip);
  if (!port || port.device_owner.startsWith("network:")) return { type: "other", nextHop: ip };
  if (port.device_id === "") return { type: "vip", nextHop: ip };
  if (addressOf(port)?.ip_address !== ip) return { type: "other", nextHop: ip };
  const siblings = near.nicsOfServer.get(port.device_id) ?? 0;
  return siblings > 1 ? { type: "eni", nextHop: port.id } : { type: "ecs", nextHop: port.device_id };
}

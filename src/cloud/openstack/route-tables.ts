/**
 * A router's extra routes as a route table: it is the only one of all the router's subnets, and the router itself follows it.
 * Neutron's routes have addresses as next hops, and no descriptions: a tag of the router says whose a route is.
 */
import { z } from "zod";
import type { Api } from "../api.ts";
import type { NextHopType, Route, RouteTable } from "../cloud.ts";
import { addressOf, type Port } from "../neutron/ports.ts";
import { type Lists, type NetworkMap, type Router, routerIdOf, routerSchema } from "./network.ts";
import { ownerIn, tagsOfRoute } from "./tags.ts";

export async function readRouteTables(lists: Lists, vpcId?: string): Promise<readonly RouteTable[]> {
  const [map, ports] = await Promise.all([lists.map(), lists.ports()]);
  return map.routers
    .filter((router) => vpcId === undefined || router.id === vpcId)
    .map((router) => asTable(router, map, ports));
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

function asTable(router: Router, map: NetworkMap, ports: readonly Port[]): RouteTable {
  const near = portsBehind(router.id, map, ports);
  return {
    id: router.id,
    name: router.name,
    vpcId: router.id,
    isDefault: true,
    routes: router.routes.map(({ destination, nexthop }): Route => {
      const [tag = ""] = tagsOfRoute(router, destination);
      return { destination, ...hopAt(nexthop, near), description: ownerIn(tag) };
    }),
    subnetIds: map.subnets.filter((subnet) => routerIdOf(subnet, map) === router.id).map(({ id }) => id),
  };
}

/**
 * A server with one NIC behind the router goes by its own id, as on OTC; with several it is the NIC that counts. Another
 * address of it than its first is told as such, since a route is written to the first.
 */
function hopAt(ip: string, near: readonly Port[]): { readonly type: NextHopType; readonly nextHop: string } {
  const port = near.find(({ fixed_ips }) => fixed_ips.some(({ ip_address }) => ip_address === ip));
  if (!port || port.device_owner.startsWith("network:")) return { type: "other", nextHop: ip };
  if (port.device_id === "") return { type: "vip", nextHop: ip };
  if (addressOf(port)?.ip_address !== ip) return { type: "other", nextHop: ip };
  const siblings = near.filter(({ device_id }) => device_id === port.device_id);
  return siblings.length > 1 ? { type: "eni", nextHop: port.id } : { type: "ecs", nextHop: port.device_id };
}

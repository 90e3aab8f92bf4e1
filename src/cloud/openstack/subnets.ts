/** Neutron `/v2.0/subnets`: what they are, and what they tell their servers by DHCP. */
import { z } from "zod";
import type { JsonValue } from "../../report/json-value.ts";
import type { Api } from "../api.ts";
import type { HostRoute, Subnet } from "../cloud.ts";
import type { Extensions } from "./extensions.ts";
import { indexOf, type NetworkMap, type SubnetAnswer, subnetSchema, vpcIdOf } from "./network.ts";
import { changeGuarded, sameList } from "./revisions.ts";
import { isOwn, setTag } from "./tags.ts";

export function subnetsIn(map: NetworkMap, vpcId?: string): readonly Subnet[] {
  return map.subnets
    .map((subnet) => asSubnet(subnet, map))
    .filter((subnet) => vpcId === undefined || subnet.vpcId === vpcId);
}

/** Everybody learns of it when he renews his lease. @throws CloudProblem cloud/conflict while a router has the old address. */
export async function setSubnetGateway(
  api: Api,
  extensions: Extensions,
  id: string,
  ip: string,
): Promise<void> {
  const wanted = ip === "" ? null : ip;
  await changeSubnet(api, extensions, id, {
    part: (now) => now.gateway_ip,
    wanted: (now) => (now.gateway_ip === ip ? undefined : { gateway_ip: wanted }),
  });
}

/** Replaces the whole list; Neutron knows no other way. */
export async function setHostRoutes(
  api: Api,
  extensions: Extensions,
  id: string,
  routes: readonly HostRoute[],
): Promise<void> {
  const wanted = routes.map(({ destination, nextHop }) => ({ destination, nexthop: nextHop }));
  await changeSubnet(api, extensions, id, {
    part: (now) => now.host_routes,
    wanted: (now) => (sameList(now.host_routes, wanted) ? undefined : { host_routes: wanted }),
  });
}

export async function markSubnet(api: Api, id: string, mark: string, present: boolean): Promise<void> {
  await setTag(api, "subnets", id, mark, present);
}

async function changeSubnet(
  api: Api,
  extensions: Extensions,
  id: string,
  change: { part(now: SubnetAnswer): unknown; wanted(now: SubnetAnswer): JsonValue | undefined },
): Promise<void> {
  await changeGuarded(`subnet ${id}`, extensions, {
    ...change,
    read: () => findSubnet(api, id),
    write: async (subnet, headers) => {
      await api.put({ ...subnetPath(id), headers }, { subnet }, oneSubnet);
    },
  });
}

const oneSubnet = z.object({ subnet: subnetSchema });

export async function findSubnet(api: Api, id: string): Promise<SubnetAnswer | undefined> {
  return (await api.find(subnetPath(id), oneSubnet))?.subnet;
}

function subnetPath(id: string) {
  return { service: "network", path: "/v2.0/subnets/{id}", ids: { id } } as const;
}

function asSubnet(subnet: SubnetAnswer, map: NetworkMap): Subnet {
  const { id, name, cidr, gateway_ip: gatewayIp } = subnet;
  const { dhcpPorts, routerPorts } = indexOf(map);
  const dhcpServer = dhcpPorts.get(id)?.[0];
  const byRouter = routerPorts.get(id)?.some((port) => port.ip === gatewayIp) ?? false;
  return {
    id,
    name,
    vpcId: vpcIdOf(subnet, map),
    cidr,
    gatewayIp,
    dns: subnet.dns_nameservers,
    dhcp: {
      enabled: subnet.enable_dhcp ?? true,
      hostRoutes: subnet.host_routes.map(({ destination, nexthop }) => ({ destination, nextHop: nexthop })),
      pools: subnet.allocation_pools.map(({ start, end }) => ({ first: start, last: end })),
      gatewayOf: byRouter ? "router" : gatewayIp === "" ? "nobody" : "other",
      ...(dhcpServer ? { metadataBy: dhcpServer.ip } : {}),
      marks: subnet.tags.filter(isOwn),
    },
  };
}

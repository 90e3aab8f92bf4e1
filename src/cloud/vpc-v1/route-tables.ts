/** VPC API v1 `/v1/{project}/routetables`: reading tables. */
import { z } from "zod";
import { anyAddress, anyRange, cloudId } from "../../spec/forms.ts";
import { listOf, optionalId, optionalList, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { NextHopType, Route, RouteTable } from "../cloud.ts";
import { boundsOf, type ListBounds } from "../list-bounds.ts";
import { listByMarker } from "../paging.ts";

const routeSchema = z
  .object({
    type: z.string(),
    destination: anyRange,
    /** null for local routes on some builds, "-" on others. */
    nexthop: optionalText,
    description: optionalText,
  })
  .superRefine(({ type, nexthop }, context) => {
    // What the cloud's own kinds of routes lead to has no documented form, and is only shown.
    if (isOfCloud(nextHopType(type)) || nextHop.safeParse(nexthop).success) return;
    context.addIssue({ code: "custom", path: ["nexthop"], message: "is neither an id nor an address" });
  });

const nextHop = z.union([z.enum(["", "-"]), cloudId, anyAddress]);

const tableSchema = z.object({
  id: cloudId,
  name: optionalText,
  description: optionalText,
  vpc_id: cloudId,
  // Lists leave one or the other out, depending on the build; the table itself has both.
  default: z.boolean().nullish(),
  routes: listOf(routeSchema).nullish(),
  // Huawei Cloud Stack gives Neutron's subnet as `id`, and the network, by which subnets are known here, beside it.
  subnets: optionalList(z.object({ id: cloudId, network_id: optionalId })),
});
type TableAnswer = z.infer<typeof tableSchema>;

export const oneTableSchema = z.object({ routetable: tableSchema });
const pageSchema = z.object({ routetables: listOf(tableSchema) });

export async function readRouteTables(api: Api, vpcId: string | undefined): Promise<readonly RouteTable[]> {
  const listed = await listTables(api, vpcId);
  const tablesPerVpc = new Map<string, number>();
  for (const table of listed) tablesPerVpc.set(table.vpc_id, (tablesPerVpc.get(table.vpc_id) ?? 0) + 1);
  const single = boundsOf(api, routeTable("{id}"));
  const whole = await Promise.all(
    listed.map(async (table) => {
      // A VPC's default table cannot be deleted: where there is one table only, it is that.
      const isDefault = table.default ?? (tablesPerVpc.get(table.vpc_id) === 1 ? true : undefined);
      if (isDefault !== undefined && table.routes) return asRouteTable({ ...table, default: isDefault });
      // Gone between the list and this: not part of the answer.
      return readRouteTable(api, table.id, single);
    }),
  );
  return whole.filter((table) => table !== undefined);
}

export async function listTables(api: Api, vpcId: string | undefined): Promise<readonly TableAnswer[]> {
  const request = { service: "vpc", path: "/v1/{project}/routetables", query: { vpc_id: vpcId } } as const;
  return listByMarker(api, request, pageSchema, (page) => page.routetables);
}

/** @param bounds of all the tables that are read one by one. */
export async function readRouteTable(
  api: Api,
  id: string,
  bounds: ListBounds = boundsOf(api, routeTable(id)),
): Promise<RouteTable | undefined> {
  const answer = await api.find(bounds.next(routeTable(id)), oneTableSchema);
  return answer && asRouteTable(answer.routetable);
}

export function routeTable(id: string) {
  return { service: "vpc", path: "/v1/{project}/routetables/{id}", ids: { id } } as const;
}

/** A route as the API takes it. */
export function routeBody(route: Route) {
  return {
    type: route.type,
    destination: route.destination,
    nexthop: route.nextHop,
    description: route.description,
  };
}

export function asRouteTable(table: TableAnswer): RouteTable {
  return {
    id: table.id,
    name: table.name,
    vpcId: table.vpc_id,
    isDefault: table.default ?? false,
    routes: (table.routes ?? []).map((route) => ({
      destination: route.destination,
      type: nextHopType(route.type),
      nextHop: route.nexthop === "-" ? "" : route.nexthop,
      description: route.description,
    })),
    subnetIds: table.subnets.map((subnet) => subnet.network_id || subnet.id),
  };
}

const nextHopTypes: readonly NextHopType[] = [
  "ecs",
  "eni",
  "vip",
  "nat",
  "peering",
  "vpn",
  "dc",
  "er",
  "local",
];

function nextHopType(type: string): NextHopType {
  return nextHopTypes.find((known) => known === type) ?? "other";
}

/** Routes that the cloud sets; nobody else writes one. */
export function isOfCloud(type: NextHopType): boolean {
  return type === "local" || type === "other";
}

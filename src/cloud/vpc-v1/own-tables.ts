/** VPC API v1 `/v1/{project}/routetables`: making tables, and giving subnets to them. */
import { anything } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Route, RouteTable } from "../cloud.ts";
import {
  asRouteTable,
  listTables,
  oneTableSchema,
  readRouteTable,
  routeBody,
  routeTable,
} from "./route-tables.ts";
import { addRoutes } from "./routes.ts";

/** As many as one call takes (VPC API, "Creating a Route Table"). */
const routesPerCall = 5;
const subnetsPerCall = 100;

/** A table of the same name and description is the one that an earlier, interrupted call made: it is completed. */
export async function createRouteTable(
  api: Api,
  wish: {
    readonly vpcId: string;
    readonly name: string;
    readonly description: string;
    readonly routes: readonly Route[];
  },
): Promise<RouteTable> {
  const routes = wish.routes.filter((route) => route.type !== "local");
  const existing = (await listTables(api, wish.vpcId)).find(
    (table) => table.name === wish.name && table.description === wish.description,
  );
  const made =
    (existing && (await readRouteTable(api, existing.id))) ??
    (await create(api, wish, routes.slice(0, routesPerCall)));
  const missing = routes.filter(
    (route) => !made.routes.some((present) => present.destination === route.destination),
  );
  for (let at = 0; at < missing.length; at += routesPerCall) {
    await addRoutes(api, made.id, missing.slice(at, at + routesPerCall));
  }
  return missing.length === 0 ? made : ((await readRouteTable(api, made.id)) ?? made);
}

export async function deleteRouteTable(api: Api, id: string): Promise<void> {
  await api.delete(routeTable(id));
}

/** Directly from the tables that they use now. */
export async function associateSubnets(
  api: Api,
  tableId: string,
  subnetIds: readonly string[],
): Promise<void> {
  await assign(api, tableId, "associate", subnetIds);
}

/** Back to the VPC's default table. */
export async function disassociateSubnets(
  api: Api,
  tableId: string,
  subnetIds: readonly string[],
): Promise<void> {
  await assign(api, tableId, "disassociate", subnetIds);
}

/** Only what is still to be done: OTC refuses to disassociate a subnet that is not there (terraform-provider-opentelekomcloud 3312). */
async function assign(
  api: Api,
  tableId: string,
  action: "associate" | "disassociate",
  subnetIds: readonly string[],
): Promise<void> {
  const there = new Set((await readRouteTable(api, tableId))?.subnetIds);
  const moving = subnetIds.filter((id) => there.has(id) === (action === "disassociate"));
  for (let at = 0; at < moving.length; at += subnetsPerCall) {
    await api.post(
      { service: "vpc", path: "/v1/{project}/routetables/{id}/action", ids: { id: tableId } },
      { routetable: { subnets: { [action]: moving.slice(at, at + subnetsPerCall) } } },
      anything,
    );
  }
}

async function create(
  api: Api,
  wish: { readonly vpcId: string; readonly name: string; readonly description: string },
  routes: readonly Route[],
): Promise<RouteTable> {
  const { routetable } = await api.post(
    { service: "vpc", path: "/v1/{project}/routetables" },
    {
      routetable: {
        vpc_id: wish.vpcId,
        name: wish.name,
        description: wish.description,
        routes: routes.map(routeBody),
      },
    },
    oneTableSchema,
  );
  return asRouteTable(routetable);
}

/** Routes in a table: VPC API v1, "Updating a Route Table" (add, mod, del). */
import { parseRange } from "../../spec/addresses.ts";
import { anything } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Route, RouteTable } from "../cloud.ts";
import { CloudProblem, isCloudProblem } from "../errors.ts";
import { isOfCloud, readRouteTable, routeBody, routeTable } from "./route-tables.ts";

/** All in one call, or none. */
export async function addRoutes(api: Api, tableId: string, routes: readonly Route[]): Promise<void> {
  await write(api, tableId, "add", routes);
}

/** `mod` keeps the destination served all the time, which `del` and `add` would not. */
export async function changeRoute(api: Api, tableId: string, route: Route): Promise<void> {
  await write(api, tableId, "mod", [route]);
}

/** @throws CloudProblem cloud/conflict where the destination meanwhile leads elsewhere: that is not the route meant. */
export async function deleteRoute(api: Api, tableId: string, route: Route): Promise<void> {
  const present = await presentRoute(api, tableId, route.destination);
  if (present === undefined) return;
  if (present.type !== route.type || present.nextHop !== route.nextHop) {
    throw new CloudProblem({
      code: "cloud/conflict",
      summary: `the route ${route.destination} leads to ${present.type} ${present.nextHop} now, not to ${route.type} ${route.nextHop}`,
      hint: "Somebody changed it in the meantime; it is left as it is. Run it again to go on from there.",
    });
  }
  const { description: _, ...del } = routeBody(route);
  try {
    await api.put(routeTable(tableId), { routetable: { routes: { del: [del] } } }, anything);
  } catch (error) {
    if (!mayBeThereAlready(error)) throw error;
    if ((await presentRoute(api, tableId, route.destination)) !== undefined) throw error;
  }
}

async function write(
  api: Api,
  tableId: string,
  verb: "add" | "mod",
  routes: readonly Route[],
): Promise<void> {
  const theirs = routes.find(({ type }) => isOfCloud(type));
  if (theirs) {
    throw new CloudProblem({
      code: "cloud/not-supported",
      summary: `a route of type ${theirs.type} (${theirs.destination}) is the cloud's own and cannot be written`,
      hint: "Choose another destination, or set this route in the cloud's console.",
    });
  }
  try {
    await api.put(
      routeTable(tableId),
      { routetable: { routes: { [verb]: routes.map(routeBody) } } },
      anything,
    );
  } catch (error) {
    if (!mayBeThereAlready(error)) throw error;
    const table = await readRouteTable(api, tableId);
    const written = (route: Route) => {
      const present = table && routeTo(table, route.destination);
      return present !== undefined && sameRoute(present, route);
    };
    if (!routes.every(written)) throw error;
  }
}

function mayBeThereAlready(error: unknown): boolean {
  return isCloudProblem(error, "cloud/conflict", "cloud/bad-request", "cloud/not-found");
}

async function presentRoute(api: Api, tableId: string, destination: string): Promise<Route | undefined> {
  const table = await readRouteTable(api, tableId);
  return table && routeTo(table, destination);
}

/** A table has one at most. */
function routeTo({ routes }: RouteTable, destination: string): Route | undefined {
  return routes.find((route) => canonical(route.destination) === canonical(destination));
}

function sameRoute(a: Route, b: Route): boolean {
  return a.type === b.type && a.nextHop === b.nextHop && a.description === b.description;
}

function canonical(destination: string): string {
  return parseRange(destination)?.cidr ?? destination;
}

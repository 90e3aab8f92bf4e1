import { z } from "zod";
import type { Cloud, CloudReader, Route, RouteTable } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { anyRange, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { ownMark, ownName } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";
import { nextHopGone } from "./next-hop-gone.ts";
import { nextHopWords } from "./next-hop-words.ts";
import { nextHop, route } from "./route.ts";

/**
 * Gives the served subnets a route table of their own that holds the route to the proxy, so that no other
 * subnet is touched by it. The table is made whole, with a copy of the routes the subnets use now, before the
 * subnets move to it: associating moves a subnet directly from one table to the other.
 */

const want = z
  .object({
    gateway: gatewayName,
    vpcId: cloudId,
    tableName: z.string(),
    subnets: z.array(z.object({ id: cloudId, name: z.string() })),
    destinations: z.array(anyRange),
    type: z.enum(["ecs", "vip"]),
    nextHop,
    nextHopName: z.string(),
  })
  // Undo deletes the table of this name.
  .refine(({ gateway, tableName }) => tableName === ownName(gateway), "tableName is not the gateway's own");
const have = z.object({
  /** The gateway's own table, sorted by destination, without the system's routes. */
  own: z.object({ id: cloudId, routes: z.array(route) }).nullable(),
  /** The table that each served subnet uses. */
  uses: z.array(
    z.object({ subnetId: cloudId, tableId: cloudId, tableName: z.string(), isDefault: z.boolean() }),
  ),
  /** Routes of the tables that the subnets would leave. */
  carried: z.array(route),
  /** Where these tables send the wanted destinations now, in words. */
  instead: z.array(z.string()).exactOptional(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

/** The create call takes no more (VPC API, "Creating a Route Table"); the rest is added. */
const routesInCreate = 5;

export const ownRouteTable: Step<Want, Have> = {
  kind: "cloud/own-route-table",
  want,
  have,
  object: ({ tableName }) => tableName,
  title: ({ subnets, tableName, nextHopName }) =>
    `Move ${subnets.map((subnet) => subnet.name).join(", ")} to route table ${tableName}, whose default route goes to ${nextHopName}`,

  observe: (wanted, { cloud }) => observeTables(wanted, cloud),

  decide(wanted, observed) {
    if (observed.is !== "ours") {
      return {
        action: "blocked",
        because: `there is a route table ${wanted.tableName} that Wayout did not make`,
        hint: "Rename it, or write routeTable: shared.",
        adoptable: false,
      };
    }
    const { own, uses, carried, instead = [] } = observed.have;
    const moving = uses.filter((use) => use.tableId !== own?.id);
    const wrong = wrongRoutes(wanted, own?.routes ?? []);
    if (own && moving.length === 0 && wrong.length === 0) {
      return {
        action: "none",
        because: `the subnets use ${wanted.tableName}, which goes to ${wanted.nextHopName}`,
      };
    }
    const sources = new Set(moving.map((use) => use.tableId));
    if (sources.size > 1) {
      return {
        action: "blocked",
        because: `the served subnets use ${sources.size} different route tables, and one table could not keep the routes of all`,
        hint: "Write routeTable: shared, or a gateway for each group of subnets.",
        adoptable: false,
      };
    }
    return {
      action: own ? "change" : "create",
      because: !own
        ? "the spec asks for a table of the gateway's own"
        : moving.length > 0
          ? `${moving.length} subnets use another table`
          : `its route to ${wrong.map((one) => one.destination).join(", ")} is not to ${wanted.nextHopName}`,
      after: {
        table: wanted.tableName,
        routes: [...carried, ...ourRoutes(wanted)].map(
          (one) => `${one.destination} via ${one.type} ${one.nextHop}`,
        ),
      },
      notice: `${instead.map((hop) => `connections by ${hop} end; `).join("")}clients of the subnets begin to use the proxy; routes that the platform adds to the old table later (VPN, Direct Connect) do not come to the new one`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    if (observed.is !== "ours") return;
    const { own, carried } = observed.have;
    const routes = [...ourRoutes(wanted), ...(own ? [] : carried)];
    const table = own ?? (await createTable(wanted, routes, cloud));
    for (const one of routes) {
      const there = table.routes.find((other) => other.destination === one.destination);
      if (!there) await cloud.addRoute(table.id, one);
      else if (there.nextHop !== one.nextHop || there.type !== one.type)
        await cloud.changeRoute(table.id, one);
    }
    await cloud.associateSubnets(
      table.id,
      wanted.subnets.map((subnet) => subnet.id),
    );
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeTables(wanted, cloud);
    if (now.is !== "ours" || before.is !== "ours") return;
    const { own } = now.have;
    for (const was of before.have.uses) {
      const uses = now.have.uses.find((use) => use.subnetId === was.subnetId);
      if (!uses || uses.tableId === was.tableId) continue;
      if (!was.isDefault) await moveBack(was, cloud);
      else await cloud.disassociateSubnets(uses.tableId, [was.subnetId]);
    }
    if (!own) return;
    if (!before.have.own) return cloud.deleteRouteTable(own.id);
    for (const one of ourRoutes(wanted)) {
      const was = before.have.own.routes.find((other) => other.destination === one.destination);
      if (was) await cloud.changeRoute(own.id, was);
      else await cloud.deleteRoute(own.id, one);
    }
  },

  async gone(wanted, { cloud }) {
    const because = await nextHopGone(wanted, cloud);
    return because === undefined
      ? undefined
      : { because, left: (state) => withoutRoutesTo(wanted.nextHop, state) };
  },

  describe: ({ uses }) => `uses ${[...new Set(uses.map((use) => use.tableName))].join(", ")}`,

  own: ({ own, uses }) => ({
    own: own ? own.routes : null,
    uses: uses.map(({ subnetId, tableId }) => ({ subnetId, tableId })),
  }),
};

function withoutRoutesTo(nextHop: string, state: Observed<Have>): Observed<Have> {
  if (state.is === "absent" || !state.have.own) return state;
  const { own } = state.have;
  const routes = own.routes.filter((one) => one.nextHop !== nextHop);
  return { ...state, have: { ...state.have, own: { ...own, routes } } };
}

async function createTable(wanted: Want, routes: readonly Route[], cloud: Cloud): Promise<RouteTable> {
  return cloud.createRouteTable({
    vpcId: wanted.vpcId,
    name: wanted.tableName,
    description: ownMark(wanted.gateway),
    routes: routes.slice(0, routesInCreate),
  });
}

async function moveBack(was: Have["uses"][number], cloud: Cloud): Promise<void> {
  if (!(await cloud.routeTable(was.tableId))) {
    throw new Problem({
      code: "undo/route-table-gone",
      summary: `route table ${was.tableName}, which the subnet used before, no longer exists`,
      hint: "Associate the subnet with a table by hand, then go on with `undo --force`.",
    });
  }
  await cloud.associateSubnets(was.tableId, [was.subnetId]);
}

async function observeTables(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const tables = await cloud.routeTables(wanted.vpcId);
  const own = tables.find((table) => table.name === wanted.tableName);
  const uses = wanted.subnets.flatMap(({ id }) => {
    const table = tables.find((one) => one.subnetIds.includes(id)) ?? tables.find((one) => one.isDefault);
    return table
      ? [{ subnetId: id, tableId: table.id, tableName: table.name, isDefault: table.isDefault }]
      : [];
  });
  const left = new Set(uses.map((use) => use.tableId).filter((id) => id !== own?.id));
  const theirs = tables.filter((table) => left.has(table.id)).flatMap((table) => customRoutes(table));
  const carried = theirs.filter((one) => !wanted.destinations.includes(one.destination));
  const instead = await Promise.all(
    theirs
      .filter((one) => wanted.destinations.includes(one.destination))
      .map((one) => nextHopWords(one, wanted.vpcId, cloud)),
  );
  const there: Have = { own: own ? { id: own.id, routes: customRoutes(own) } : null, uses, carried, instead };
  const foreign = own?.routes.some(
    (one) => one.description.startsWith("wayout:") && one.description !== ownMark(wanted.gateway),
  );
  return foreign ? { is: "foreign", have: there, whose: "another gateway's" } : { is: "ours", have: there };
}

function customRoutes(table: RouteTable): Route[] {
  return table.routes
    .filter((one) => one.type !== "local")
    .map((one) => ({ ...one }))
    .sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

function ourRoutes({ destinations, type, nextHop, gateway }: Want): Route[] {
  return destinations.map((destination) => ({ destination, type, nextHop, description: ownMark(gateway) }));
}

function wrongRoutes(wanted: Want, routes: readonly Route[]): Route[] {
  return ourRoutes(wanted).filter(
    (one) =>
      !routes.some(
        (other) =>
          other.destination === one.destination && other.type === one.type && other.nextHop === one.nextHop,
      ),
  );
}

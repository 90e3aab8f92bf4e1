import { z } from "zod";
import type { CloudReader } from "../../cloud/cloud.ts";
import { anyRange, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { ownMark } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";
import { nextHopGone } from "./next-hop-gone.ts";
import { nextHopWords } from "./next-hop-words.ts";
import { nextHop, route } from "./route.ts";

/**
 * Sends a route table's destination (0.0.0.0/0 unless the spec says otherwise) to the proxy. A table has one
 * route for a destination (VPC.2812), so an existing one is changed in place and never deleted first. The
 * route's description marks it as ours.
 */

const want = z.object({
  gateway: gatewayName,
  tableId: cloudId,
  tableName: z.string(),
  /** Served subnets that use the table. */
  subnets: z.array(z.string()),
  /** Subnets that use the table too and are not served. */
  sharedWith: z.array(z.string()),
  destination: anyRange,
  type: z.enum(["ecs", "eni", "vip"]),
  nextHop,
  nextHopName: z.string(),
  /** The table is a router's: no subnet behind it can have another. */
  ofRouter: z.literal(true).exactOptional(),
  /** Next hops whose open connections the new one carries on: a proxy that is one of a pair now. */
  continues: z.array(z.string()).exactOptional(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof route>;

export const defaultRoute: Step<Want, Have> = {
  kind: "cloud/default-route",
  want,
  have: route,
  object: ({ tableName, destination }) =>
    destination === "0.0.0.0/0" ? tableName : `${tableName} ${destination}`,
  title: ({ subnets, destination, nextHopName }) =>
    `Send ${subnets.join(", ")}'s ${destination === "0.0.0.0/0" ? "default route" : `route to ${destination}`} to ${nextHopName}`,

  claim: ({ tableId, tableName, destination, ofRouter }) => ({
    id: `${tableId} ${destination}`,
    thing: `the route to ${destination} in ${tableName}`,
    hint: ofRouter
      ? "A router has one way to a destination for all its subnets: serve them by one gateway, or tell the clients of one by `recipe: host-routes`."
      : "`routeTable: own` gives the subnets of a gateway a table of their own.",
  }),

  async observe(wanted, { cloud }) {
    return observeRoute(wanted, cloud);
  },

  decide(wanted, observed, { adopt }) {
    const { destination, nextHopName, tableName, ofRouter, continues = [] } = wanted;
    const warnings = sharingWarnings(wanted);
    if (observed.is === "absent") {
      return {
        action: "create",
        because: `${tableName} has no route to ${destination}`,
        after: shownRoute(wanted),
        notice: `clients of the subnet begin to use the proxy; they had no way out by this ${ofRouter ? "router" : "table"} before`,
        warnings,
      };
    }
    const there = observed.have;
    const same = there.type === wanted.type && there.nextHop === wanted.nextHop;
    if (observed.is === "foreign" && !adopt) {
      return {
        action: "blocked",
        because: `${tableName} already has a route to ${destination}, ${observed.whose}`,
        hint: there.description.startsWith("wayout:")
          ? "Was the gateway renamed? Undo the old one first (`wayout undo`), or give this one its old name."
          : same
            ? "It is the route of the manual's procedure. `--adopt` takes it over; undo gives it back as it is."
            : "Delete that route, or take it over with `--adopt`: its traffic then goes to the proxy, and undo brings it back.",
        adoptable: true,
      };
    }
    if (observed.is === "ours" && same) {
      return { action: "none", because: `${destination} goes to ${nextHopName} already`, warnings };
    }
    return {
      action: observed.is === "foreign" ? "adopt" : "change",
      because: same
        ? `it was set by hand; --adopt was given`
        : `${destination} goes ${observed.is === "foreign" ? observed.whose : `to ${there.type} ${there.nextHop}`}`,
      after: shownRoute(wanted),
      notice: same
        ? `nothing: the next hop stays, only the ${ofRouter ? "mark" : "description"} changes`
        : continues.includes(there.nextHop)
          ? "nothing: the change is made in place, and open connections go on"
          : `connections by the old next hop ${there.nextHop} end; the change is made in place, without a gap`,
      warnings,
    };
  },

  async apply(wanted, observed, { cloud }) {
    if (observed.is === "absent") await cloud.addRoute(wanted.tableId, wantedRoute(wanted));
    else await cloud.changeRoute(wanted.tableId, wantedRoute(wanted));
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeRoute(wanted, cloud);
    if (before.is === "absent") {
      if (now.is !== "absent") await cloud.deleteRoute(wanted.tableId, now.have);
    } else if (now.is === "absent") await cloud.addRoute(wanted.tableId, before.have);
    else await cloud.changeRoute(wanted.tableId, before.have);
  },

  standsOn: ({ type, nextHop }, there) => there.type === type && there.nextHop === nextHop,

  async gone(wanted, { cloud }) {
    const { tableId, tableName, nextHop } = wanted;
    if (!(await cloud.routeTable(tableId)))
      return { because: `route table ${tableName} is gone from the cloud` };
    const because = await nextHopGone(wanted, cloud);
    if (because === undefined) return undefined;
    return {
      because,
      left: (state) => (state.is !== "absent" && state.have.nextHop === nextHop ? { is: "absent" } : state),
    };
  },

  describe: ({ destination, type, nextHop }) => `${destination} via ${type} ${nextHop}`,
};

async function observeRoute(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const table = await cloud.routeTable(wanted.tableId);
  const found = table?.routes.find((one) => one.destination === wanted.destination);
  if (!table || !found) return { is: "absent" };
  const there: Have = { ...found };
  if (found.description === ownMark(wanted.gateway)) return { is: "ours", have: there };
  const toUs = found.type === wanted.type && found.nextHop === wanted.nextHop;
  const made = found.description.startsWith("wayout:")
    ? `made for gateway ${found.description.slice("wayout:".length)}`
    : "not made by Wayout";
  const target = toUs ? wanted.nextHopName : await nextHopWords(found, table.vpcId, cloud);
  return { is: "foreign", have: there, whose: `to ${target}, ${made}` };
}

function wantedRoute({ destination, type, nextHop, gateway }: Want): Have {
  return { destination, type, nextHop, description: ownMark(gateway) };
}

/** A router's routes have neither type nor description: an address, and a mark beside them. */
function shownRoute(wanted: Want): Partial<Have> {
  const { destination, type, nextHop, nextHopName, ofRouter } = wanted;
  if (!ofRouter) return wantedRoute(wanted);
  return { destination, nextHop: type === "vip" ? nextHop : nextHopName };
}

function sharingWarnings({ sharedWith, tableName, destination, ofRouter }: Want): string[] {
  if (sharedWith.length === 0) return [];
  const others = sharedWith.join(", ");
  return [
    `${others} ${sharedWith.length === 1 ? "uses" : "use"} ${tableName} too: packets to ${destination} go to the proxy, which drops them. ${
      ofRouter
        ? "They are all behind one router; serve them too, or give them a router of their own."
        : "`routeTable: own` gives the served subnets a table of their own."
    }`,
  ];
}

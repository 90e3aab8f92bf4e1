/** Writing a router's extra routes. */
import type { z } from "zod";
import type { Api } from "../api.ts";
import type { Route } from "../cloud.ts";
import { CloudProblem } from "../errors.ts";
import { addressOf } from "../neutron/ports.ts";
import type { Extensions } from "./extensions.ts";
import type { Lists, routeSchema } from "./network.ts";
import { changeGuarded, sameList } from "./revisions.ts";
import { findRouter, oneRouter, portsBehind, routerPath } from "./route-tables.ts";
import { isOwn, setTag, tagOfRoute, tagsOfRoute } from "./tags.ts";

type Hop = z.infer<typeof routeSchema>;

interface RouteWriter {
  /** @throws CloudProblem cloud/conflict where the destination has another next hop: Neutron would take both (ECMP). */
  add(routerId: string, route: Route): Promise<void>;
  change(routerId: string, route: Route): Promise<void>;
  /** @throws CloudProblem cloud/conflict where the destination meanwhile leads elsewhere: that is not the route meant. */
  delete(routerId: string, route: Route): Promise<void>;
}

export function routeWriter(api: Api, extensions: Extensions, lists: Lists): RouteWriter {
  /** In one call, so that the destination has a route at every moment. */
  async function setHops(routerId: string, wanted: (now: readonly Hop[]) => readonly Hop[]): Promise<void> {
    await changeGuarded(`router ${routerId}`, extensions, {
      read: () => findRouter(api, routerId),
      part: ({ routes }) => routes,
      wanted: ({ routes }) => {
        const hops = wanted(routes);
        return sameList(routes, hops) ? undefined : { routes: hops };
      },
      write: async (router, headers) => {
        await api.put({ ...routerPath(routerId), headers }, { router }, oneRouter);
      },
    });
  }

  /** Other routes of the router stay, whoever changes them at the same time. */
  async function atomically(verb: "add" | "remove", routerId: string, hop: Hop): Promise<void> {
    if (!(await extensions.has("extraroute-atomic"))) {
      const without = (now: readonly Hop[]) => now.filter((one) => !sameHop(one, hop));
      return setHops(routerId, (now) => (verb === "add" ? [...without(now), hop] : without(now)));
    }
    const path = `/v2.0/routers/{id}/${verb}_extraroutes`;
    await api.put(
      { service: "network", path, ids: { id: routerId } },
      { router: { routes: [hop] } },
      oneRouter,
    );
  }

  async function mark(routerId: string, route: Route, present: boolean): Promise<void> {
    if (!isOwn(route.description)) return;
    await setTag(api, "routers", routerId, tagOfRoute(route.description, route.destination), present);
  }

  async function hopOf(routerId: string, route: Route): Promise<Hop> {
    const { destination, type, nextHop } = route;
    if (type === "vip" || type === "other") return { destination, nexthop: nextHop };
    const [map, ports] = await Promise.all([lists.map(), lists.ports()]);
    const near = portsBehind(routerId, map, ports);
    const nic = near.find((port) => (type === "eni" ? port.id : port.device_id) === nextHop);
    const nexthop = nic && addressOf(nic)?.ip_address;
    if (nexthop !== undefined && (type === "ecs" || type === "eni")) return { destination, nexthop };
    throw new CloudProblem({
      code: "cloud/bad-request",
      summary: `a route to ${destination} cannot go to ${type} ${nextHop}: it has no address behind the router`,
      hint: "Its next hop is a server, a NIC or a virtual IP in one of the router's subnets.",
    });
  }

  return {
    async add(routerId, route) {
      const hop = await hopOf(routerId, route);
      const there = (await findRouter(api, routerId))?.routes.find(
        (one) => one.destination === hop.destination && one.nexthop !== hop.nexthop,
      );
      if (there) {
        throw new CloudProblem({
          code: "cloud/conflict",
          summary: `the router has a route to ${hop.destination} already, via ${there.nexthop}`,
          hint: "Run plan again.",
        });
      }
      // First the mark: a crash in between leaves a mark without a route, and not a route that nobody knows.
      await mark(routerId, route, true);
      await atomically("add", routerId, hop);
    },
    async change(routerId, route) {
      const hop = await hopOf(routerId, route);
      await mark(routerId, route, true);
      await setHops(routerId, (now) => [...now.filter((one) => one.destination !== hop.destination), hop]);
      if (!isOwn(route.description)) await dropMarks(api, routerId, route.destination);
    },
    async delete(routerId, route) {
      const router = await findRouter(api, routerId);
      if (!router) return;
      const there = router.routes.filter((one) => one.destination === route.destination);
      if (there.length > 0) {
        const hop = await hopOf(routerId, route);
        if (!there.some((one) => sameHop(one, hop))) {
          const leadsTo = there.map((one) => one.nexthop).join(" and ");
          throw new CloudProblem({
            code: "cloud/conflict",
            summary: `the route ${route.destination} leads via ${leadsTo} now, not via ${hop.nexthop}`,
            hint: "Somebody changed it in the meantime; it is left as it is. Run it again to go on from there.",
          });
        }
        await atomically("remove", routerId, hop);
      }
      await mark(routerId, route, false);
    },
  };
}

/** A route that is given back to somebody else is nobody's of ours. */
async function dropMarks(api: Api, routerId: string, destination: string): Promise<void> {
  const router = await findRouter(api, routerId);
  if (!router) return;
  for (const tag of tagsOfRoute(router, destination)) await setTag(api, "routers", routerId, tag, false);
}

function sameHop(a: Hop, b: Hop): boolean {
  return a.destination === b.destination && a.nexthop === b.nexthop;
}

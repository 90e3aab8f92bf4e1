import { z } from "zod";
import { reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";

const createBody = z.object({
  route: z.object({ type: z.string(), nexthop: z.string(), destination: z.string(), vpc_id: z.string() }),
});

/** OTC's older routes: they know the next hop `peering` only, and the lab has no peerings. */
export const peeringRouteEndpoints = [
  reads("route", "/v2.0/vpc/routes", () => ({ status: 200, body: { routes: [] } })),
  writes("route", "POST", "/v2.0/vpc/routes", (call) => {
    const { type, nexthop } = call.read(createBody).route;
    if (type !== "peering")
      throw new Failed("unreadable", `Invalid route type ${type}: only peering is supported.`);
    throw new Failed("missing", `Peering connection ${nexthop} could not be found.`);
  }),
];

import { reads } from "../endpoint.ts";

/** The lab has no managed NAT gateway, and says so as an account without one does. */
export const natGatewayEndpoints = ["nat_gateways", "snat_rules", "dnat_rules"].map((list) =>
  reads("vpc", `/v2.0/${list}`, () => ({ status: 200, body: { [list]: [] } })),
);

import { reads } from "../endpoint.ts";

/** The lab has no managed NAT gateway, and says so as an account without one does. */
export const natGatewayEndpoints = (prefix: string) =>
  ["nat_gateways", "snat_rules", "dnat_rules"].map((list) =>
    reads("vpc", `${prefix}/${list}`, () => ({ status: 200, body: { [list]: [] } })),
  );

import { reads } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";

/** What this Neutron can do besides the core. No `revision-if-match`: OTC has none. */
const extensions = [
  { alias: "allowed-address-pairs", name: "Allowed Address Pairs" },
  { alias: "binding", name: "Port Binding" },
  { alias: "dns-integration", name: "DNS Integration" },
  { alias: "external-net", name: "Neutron external network" },
  { alias: "extraroute", name: "Neutron Extra Route" },
  { alias: "extraroute-atomic", name: "Atomically add/remove extra routes" },
  { alias: "filter-validation", name: "Filter parameters validation" },
  { alias: "pagination", name: "Pagination support" },
  { alias: "port-security", name: "Port Security" },
  { alias: "provider", name: "Provider Network" },
  { alias: "quotas", name: "Quota management support" },
  { alias: "router", name: "Neutron L3 Router" },
  { alias: "security-group", name: "security-group" },
].map((extension) => ({ ...extension, description: "", updated: "2015-01-01T00:00:00-00:00", links: [] }));

export const extensionEndpoints = [
  reads("vpc", "/v2.0/extensions", () => ({ status: 200, body: { extensions } })),
  reads("vpc", "/v2.0/extensions/:alias", (call) => {
    const alias = call.param("alias");
    const extension = extensions.find((each) => each.alias === alias);
    if (!extension) throw new Failed("missing", `Extension with alias ${alias} does not exist`);
    return { status: 200, body: { extension } };
  }),
];

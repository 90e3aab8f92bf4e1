import type { LabState } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";

/** What this Neutron can do besides the core. No `revision-if-match`: OTC has none. */
const common = [
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
];
/** What a plain Neutron has besides. */
const plain = [
  { alias: "ext-gw-mode", name: "Neutron L3 Configurable external gateway mode" },
  { alias: "extra_dhcp_opt", name: "Neutron Extra DHCP options" },
  { alias: "quota_details", name: "Quota details management support" },
  { alias: "revision-if-match", name: "If-Match constraints based on revision_number" },
  { alias: "standard-attr-revisions", name: "Resource revision numbers" },
  { alias: "standard-attr-tag", name: "Tag support for resources with standard attribute" },
];

function extensionsOf({ cloud }: LabState) {
  return [...common, ...(cloud === "openstack" ? plain : [])].map((extension) => ({
    ...extension,
    description: "",
    updated: "2015-01-01T00:00:00-00:00",
    links: [],
  }));
}

export const extensionEndpoints = [
  reads("vpc", "/v2.0/extensions", (_call, { state }) => ({
    status: 200,
    body: { extensions: extensionsOf(state) },
  })),
  reads("vpc", "/v2.0/extensions/:alias", (call, { state }) => {
    const alias = call.param("alias");
    const extension = extensionsOf(state).find((each) => each.alias === alias);
    if (!extension) throw new Failed("missing", `Extension with alias ${alias} does not exist`);
    return { status: 200, body: { extension } };
  }),
];

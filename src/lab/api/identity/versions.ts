import type { ApiContext, Endpoint } from "../endpoint.ts";

function document(path: string, status: number, body: (api: ApiContext) => unknown): Endpoint {
  return {
    method: "GET",
    path,
    subject: "vpc",
    writes: false,
    token: "none",
    handle: (_call, api) => ({ status, body: body(api) }),
  };
}

const keystone = ({ url }: ApiContext) => ({
  id: "v3.14",
  status: "stable",
  updated: "2020-04-07T00:00:00Z",
  links: [{ rel: "self", href: `${url}/v3/` }],
  "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
});

const neutron = ({ url }: ApiContext) => ({
  id: "v2.0",
  status: "CURRENT",
  links: [{ rel: "self", href: `${url}/v2.0/` }],
});

const nova = ({ url }: ApiContext) => ({
  id: "v2.1",
  status: "CURRENT",
  version: "2.1",
  min_version: "2.1",
  updated: "2013-07-23T11:33:21Z",
  links: [{ rel: "self", href: `${url}/v2.1/` }],
  "media-types": [{ base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" }],
});

const glance = ({ url }: ApiContext) => ({
  id: "v2.9",
  status: "CURRENT",
  links: [{ rel: "self", href: `${url}/v2/` }],
});

/** What each service says about its version. At the root all of them speak, because they share the address here. */
export const versionDocuments: readonly Endpoint[] = [
  document("/", 300, (api) => ({ versions: [keystone(api), neutron(api), nova(api), glance(api)] })),
  document("/v3", 200, (api) => ({ version: keystone(api) })),
  document("/v2.0", 200, (api) => ({ resources: neutronResources(api) })),
  document("/v2.1", 200, (api) => ({ version: nova(api) })),
  document("/v2", 200, (api) => ({ versions: [glance(api)] })),
];

function neutronResources({ url }: ApiContext) {
  const collections = [
    "networks",
    "subnets",
    "ports",
    "routers",
    "floatingips",
    "security-groups",
    "extensions",
  ];
  return collections.map((collection) => ({
    name: collection.replace(/s$/, ""),
    collection,
    links: [{ rel: "self", href: `${url}/v2.0/${collection}` }],
  }));
}

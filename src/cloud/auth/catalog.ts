/** Where a cloud's services are: its catalog, and settings that stand above it. Pure. */

import { z } from "zod";
import { nearest, someOf } from "../../spec/nearest.ts";
import { listOf } from "../answer-fields.ts";
import type { CloudConfig } from "../config/cloud-config.ts";
import { configProblem } from "../config/problem.ts";
import type { CloudProblem } from "../errors.ts";
import type { ServiceName } from "./session.ts";

/** Types under which catalogs list a service, the most fitting first. OTC serves Neutron's paths on the VPC host. */
const typesOf: Readonly<Record<ServiceName, readonly string[]>> = {
  vpc: ["vpc", "network"],
  eip: ["eip"],
  nat: ["nat"],
  network: ["network", "vpc"],
  ecs: ["ecs", "compute"],
  compute: ["compute", "ecs"],
};

export const catalogSchema = listOf(
  z.object({
    type: z.string(),
    endpoints: listOf(
      z.object({
        interface: z.string().optional(),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
        url: z.string().refine(isServiceUrl, { error: "expected an http or https URL" }),
      }),
    ),
  }),
);
export type Catalog = z.infer<typeof catalogSchema>;

/** No user part and no other scheme: the token goes to this host. */
function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

/** The URL that clouds.yaml sets for a service, if any. */
export function overrideOf(config: CloudConfig, service: ServiceName): string | undefined {
  const type = typesOf[service].find((candidate) => config.endpoints[candidate] !== undefined);
  return type === undefined ? undefined : bareEndpoint(config.endpoints[type] ?? "");
}

/**
 * `otherwise` is where the service is when the catalog does not have it at all.
 * @throws CloudProblem cloud/config naming the regions or services that the catalog does have.
 */
export function endpointInCatalog(
  catalog: Catalog,
  config: CloudConfig,
  service: ServiceName,
  otherwise?: string,
): string {
  const offered = typesOf[service].flatMap((type) =>
    catalog
      .filter((entry) => entry.type === type)
      .flatMap((entry) => entry.endpoints)
      .filter((endpoint) => (endpoint.interface ?? "public").replace("URL", "") === config.interface),
  );
  const regions = [...new Set(offered.map((endpoint) => endpoint.region ?? endpoint.region_id ?? "*"))];
  const wanted = config.region ?? (regions.length === 1 ? regions[0] : undefined);
  const found = offered.find((endpoint) => {
    const region = endpoint.region ?? endpoint.region_id ?? "*";
    return region === wanted || region === "*";
  });
  if (found) return bareEndpoint(found.url);
  if (offered.length === 0) {
    if (otherwise !== undefined) return otherwise;
    const types = [...new Set(catalog.map((entry) => entry.type))].sort();
    throw configProblem(
      `cloud ${config.name} offers no ${config.interface} endpoint for ${service}`,
      `its catalog has ${types.length === 0 ? "no services" : someOf(types)}`,
      `Set ${service}_endpoint_override in clouds.yaml, or another interface.`,
    );
  }
  const near = config.region === undefined ? undefined : nearest(config.region, regions);
  throw configProblem(
    config.region === undefined
      ? `cloud ${config.name} has several regions and none is chosen`
      : `cloud ${config.name} has no region ${config.region}${near === undefined ? "" : `; did you mean ${near}?`}`,
    `its catalog lists ${service} in ${someOf(regions)}`,
    "Set region_name in clouds.yaml or OS_REGION_NAME.",
  );
}

/** The first word of a service's host, on OTC and Huawei Cloud ("Regions and Endpoints"). */
export const hostWords: Readonly<Record<ServiceName, string>> = {
  vpc: "vpc",
  network: "vpc",
  eip: "eip",
  nat: "nat",
  ecs: "ecs",
  compute: "ecs",
};

/** OTC's hosts differ in their first word only: iam.eu-de..., vpc.eu-de..., ecs.eu-de... */
export function endpointBesideIam(config: CloudConfig, service: ServiceName): string | undefined {
  const { protocol, host } = new URL(config.authUrl);
  const beside = host.replace(/^iam(-pub)?\./, `${hostWords[service]}.`);
  return beside === host ? undefined : `${protocol}//${beside}`;
}

/** For a service whose place nothing tells, where there is no catalog to ask. */
export function unknownPlace(config: CloudConfig, service: ServiceName): CloudProblem {
  const { host } = new URL(config.authUrl);
  const region = config.region === undefined ? "no region" : `region ${config.region}`;
  return configProblem(
    `cloud ${config.name}: where its ${service} service is cannot be told from ${host} and ${region}`,
    "an access key comes without a catalog of services",
    `Set region_name, or ${service}_endpoint_override in clouds.yaml, or log in with a user's password.`,
  );
}

/** Without version and project: catalogs differ in whether they carry them. A prefix such as /network stays. */
export function bareEndpoint(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const version = segments.findIndex((segment) => /^v\d+(\.\d+)?$/.test(segment));
  const prefix = version === -1 ? segments : segments.slice(0, version);
  return [`${protocol}//${host}`, ...prefix].join("/");
}

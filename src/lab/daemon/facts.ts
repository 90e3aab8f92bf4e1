/** What users of the lab's cloud get to know: where it is, who they are, and whom to ask outside. */
import { writeFile } from "node:fs/promises";
import { stringify } from "yaml";
import type { Credentials } from "../api/identity/authenticate.ts";
import type { LabFacts, LabProbes } from "../client/facts.ts";
import type { LabPlaces } from "../client/places.ts";
import { internetHosts, internetNames, type LabCloudKind, type LabProject } from "../state.ts";

export interface FactsOptions {
  readonly name: string;
  readonly scenario: string;
  readonly kind: LabCloudKind;
  readonly startedAt: Date;
  readonly apiUrl: string;
  readonly project: LabProject;
  readonly credentials: Credentials;
}

export function factsOf(options: FactsOptions): LabFacts {
  const { name, scenario, kind, startedAt, apiUrl, project, credentials } = options;
  const { username, password } = credentials;
  const own = byKind[kind](apiUrl, credentials);
  return {
    name,
    scenario,
    startedAt: startedAt.toISOString(),
    apiUrl,
    cloud: {
      ...own.entry,
      auth: {
        auth_url: `${apiUrl}/v3`,
        username,
        password,
        ...own.auth,
        project_name: project.name,
        project_id: project.id,
        user_domain_name: project.domainName,
        project_domain_name: project.domainName,
      },
      region_name: project.region,
      interface: "public",
      identity_api_version: "3",
    },
    probes,
  };
}

/** Huawei Cloud's users have access keys rather than passwords; both are there, and Wayout takes the key. */
const byKind = {
  otc: () => ({ entry: { profile: "otc" }, auth: {} }),
  openstack: () => ({ entry: {}, auth: {} }),
  huawei: (url: string, { accessKey }: Credentials) => ({
    entry: {
      profile: "huaweicloud",
      vpc_endpoint_override: url,
      eip_endpoint_override: url,
      ecs_endpoint_override: url,
      nat_endpoint_override: url,
    },
    auth: { ak: accessKey.id, sk: accessKey.secret },
  }),
} satisfies Record<LabCloudKind, (url: string, credentials: Credentials) => object>;

/** Hosts of the lab's Internet. By address where a name would test DNS as well; HTTPS needs the name. */
const probes: LabProbes = {
  ping: [internetHosts.site, internetHosts.other],
  tcp: `${internetHosts.other}:443`,
  http: `http://${internetHosts.site}/`,
  https: `https://${internetNames.site}/`,
  udp: `${internetHosts.dns}:53`,
  dns: internetNames.site,
  large: `http://${internetHosts.site}/bytes/4000000`,
  echo: `${internetHosts.site}:7`,
  slow: `http://${internetHosts.site}/slow?seconds=6&bytes=3000000`,
};

/** Writes them for our own commands, and as clouds.yaml for the openstack client. Both hold the password. */
export async function writeFacts(places: LabPlaces, facts: LabFacts): Promise<void> {
  await writeFile(places.facts, JSON.stringify(facts, null, 2), { mode: 0o600 });
  await writeFile(places.clouds, stringify({ clouds: { lab: facts.cloud } }), { mode: 0o600 });
}

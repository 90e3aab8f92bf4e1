import { createHash } from "node:crypto";
import type { LabCloudKind, LabState } from "../../state.ts";

/** What a cloud's catalog has beside OpenStack's own services. */
const ownServices = {
  otc: (url, project) => [
    ...vpcAndEcs(url, project),
    { type: "nat", name: "nat", url: `${url}/v2.0` },
    { type: "volumev3", name: "evs", url: `${url}/v3/${project}` },
  ],
  huawei: (url, project) => [
    ...vpcAndEcs(url, project),
    { type: "nat", name: "nat", url: `${url}/v2/${project}` },
  ],
  openstack: () => [],
} satisfies Record<LabCloudKind, (url: string, project: string) => readonly NamedService[]>;

interface NamedService {
  readonly type: string;
  readonly name: string;
  readonly url: string;
}

function vpcAndEcs(url: string, project: string): readonly NamedService[] {
  return ["vpc", "ecs"].map((type) => ({ type, name: type, url: `${url}/v1/${project}` }));
}

/** The services and where they are: all behind one address here. */
export function catalogOf({ project, cloud }: LabState, url: string) {
  const services = [
    { type: "identity", name: "keystone", url: `${url}/v3` },
    // Neutron's and Glance's stand without a version, as in their installation guides: clients add it.
    { type: "network", name: "neutron", url },
    ...ownServices[cloud](url, project.id),
    { type: "compute", name: "nova", url: `${url}/v2.1/${project.id}` },
    { type: "image", name: "glance", url },
  ];
  return services.map((service) => ({
    id: stableId(project.id, "service", service.type),
    type: service.type,
    name: service.name,
    endpoints: [
      {
        id: stableId(project.id, "endpoint", service.type),
        interface: "public",
        region: project.region,
        region_id: project.region,
        url: service.url,
      },
    ],
  }));
}

/** An id that stays the same as long as the project does. */
export function stableId(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 32);
}

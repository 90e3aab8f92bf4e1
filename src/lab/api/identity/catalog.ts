import { createHash } from "node:crypto";
import type { LabState } from "../../state.ts";

/** The services and where they are: all behind one address here. Types as OTC's catalog has them. */
export function catalogOf({ project, cloud }: LabState, url: string) {
  const ofOtc = ["vpc", "ecs", "nat"];
  const services = [
    { type: "identity", name: "keystone", url: `${url}/v3` },
    { type: "network", name: "neutron", url },
    { type: "vpc", name: "vpc", url: `${url}/v1/${project.id}` },
    { type: "ecs", name: "ecs", url: `${url}/v1/${project.id}` },
    { type: "compute", name: "nova", url: `${url}/v2.1/${project.id}` },
    { type: "nat", name: "nat", url: `${url}/v2.0` },
    { type: "image", name: "glance", url: `${url}/v2` },
  ];
  return services
    .filter(({ type }) => cloud === "otc" || !ofOtc.includes(type))
    .map((service) => ({
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

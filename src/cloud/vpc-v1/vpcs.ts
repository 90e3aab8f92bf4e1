/** VPC API v1 `/v1/{project}/vpcs`; secondary ranges from v3. */
import { z } from "zod";
import { parseRange } from "../../spec/addresses.ts";
import { anyRange, cidr, cloudId } from "../../spec/forms.ts";
import { listOf, optionalList, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Vpc } from "../cloud.ts";
import { isCloudProblem } from "../errors.ts";
import { listByMarker } from "../paging.ts";
import { everyEnterpriseProject } from "./enterprise-projects.ts";

const pageSchema = z.object({
  vpcs: listOf(
    z.object({
      id: cloudId,
      name: optionalText,
      cidr: z.union([z.literal(""), cidr]).nullish(),
      enable_shared_snat: z.boolean().nullish(),
    }),
  ),
});

const rangesPageSchema = z.object({
  vpcs: listOf(z.object({ id: cloudId, extend_cidrs: optionalList(anyRange) })),
});

export async function readVpcs(api: Api): Promise<readonly Vpc[]> {
  const [vpcs, secondary] = await Promise.all([
    listByMarker(
      api,
      { service: "vpc", path: "/v1/{project}/vpcs", query: everyEnterpriseProject },
      pageSchema,
      (page) => page.vpcs,
    ),
    readSecondaryRanges(api),
  ]);
  return vpcs.map((vpc) => ({
    id: vpc.id,
    name: vpc.name,
    cidrs: [vpc.cidr ?? "", ...(secondary.get(vpc.id) ?? [])].flatMap((text) => parseRange(text)?.cidr ?? []),
    sharedSnat: vpc.enable_shared_snat ?? false,
  }));
}

/** v1 does not know them. A region without v3 has no secondary ranges to tell. */
async function readSecondaryRanges(api: Api): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    const request = {
      service: "vpc",
      path: "/v3/{project}/vpc/vpcs",
      query: everyEnterpriseProject,
    } as const;
    const vpcs = await listByMarker(api, request, rangesPageSchema, (page) => page.vpcs);
    return new Map(vpcs.map((vpc) => [vpc.id, vpc.extend_cidrs]));
  } catch (error) {
    if (isCloudProblem(error, "cloud/not-supported", "cloud/not-found")) return new Map();
    throw error;
  }
}

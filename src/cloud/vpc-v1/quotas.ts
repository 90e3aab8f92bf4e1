/** VPC API v1 `/v1/{project}/quotas`. */
import { z } from "zod";
import { listOf } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Quota } from "../cloud.ts";

const schema = z.object({
  quotas: z.object({
    resources: listOf(z.object({ type: z.string(), used: z.number(), quota: z.number() })),
  }),
});

const resourceOfType: Readonly<Record<string, Quota["resource"]>> = {
  vpcContainRoutetable: "route-tables",
  routetableContainRoutes: "routes-per-table",
  publicIp: "public-ips",
  securityGroup: "security-groups",
  securityGroupRule: "security-group-rules",
};

export async function readQuotas(api: Api): Promise<readonly Quota[]> {
  const { quotas } = await api.get({ service: "vpc", path: "/v1/{project}/quotas" }, schema);
  return quotas.resources.flatMap(({ type, used, quota }) => {
    const resource = resourceOfType[type];
    return resource === undefined ? [] : [{ resource, used, limit: quota }];
  });
}

/** Neutron `/v2.0/quotas/{project}/details.json`. Without the extension nothing tells how much is used. */
import { z } from "zod";
import { recordOf } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Quota } from "../cloud.ts";
import type { Extensions } from "./extensions.ts";

const schema = z.object({ quota: recordOf(z.object({ used: z.number(), limit: z.number() })) });

const resourceOfType: Readonly<Record<string, Quota["resource"]>> = {
  floatingip: "public-ips",
  security_group: "security-groups",
  security_group_rule: "security-group-rules",
};

export async function readQuotas(api: Api, extensions: Extensions): Promise<readonly Quota[]> {
  if (!(await extensions.has("quota_details"))) return [];
  const path = "/v2.0/quotas/{project}/details.json";
  const { quota } = await api.get({ service: "network", path }, schema);
  return Object.entries(quota).flatMap(([type, { used, limit }]) => {
    const resource = resourceOfType[type];
    return resource === undefined ? [] : [{ resource, used, limit }];
  });
}

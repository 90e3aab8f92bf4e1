/** Neutron `/v2.0/security-groups` and `/v2.0/security-group-rules`; OTC has them too, with rules and descriptions. */
import { z } from "zod";
import { anyRange, cloudId } from "../../spec/forms.ts";
import { anything, links, listOf, optionalId, optionalList, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Cloud, SecurityGroup, SecurityGroupRule, SecurityGroupRuleSpec } from "../cloud.ts";
import { isCloudProblem } from "../errors.ts";
import { listByLink } from "../paging.ts";

/** -1 and null: any. */
const port = z.int().min(-1).max(65535).nullish();

const ruleSchema = z.object({
  id: cloudId,
  security_group_id: cloudId,
  direction: z.enum(["ingress", "egress"]),
  ethertype: z
    .enum(["IPv4", "IPv6"])
    .nullish()
    .transform((type) => type ?? "IPv4"),
  protocol: z
    .union([
      z.string().regex(/^[A-Za-z0-9-]{0,32}$/, "is not the name of a protocol"),
      z.int().min(0).max(255),
    ])
    .nullish(),
  port_range_min: port,
  port_range_max: port,
  remote_ip_prefix: z.union([z.literal(""), anyRange]).nullish(),
  remote_group_id: optionalId,
  description: optionalText,
});

const groupSchema = z.object({
  id: cloudId,
  name: optionalText,
  description: optionalText,
  security_group_rules: optionalList(ruleSchema),
});

const oneSchema = z.object({ security_group: groupSchema });
const pageSchema = z.object({ security_groups: listOf(groupSchema), security_groups_links: links });

type SecurityGroupCalls = Pick<
  Cloud,
  | "securityGroups"
  | "securityGroup"
  | "createSecurityGroup"
  | "deleteSecurityGroup"
  | "addSecurityGroupRule"
  | "deleteSecurityGroupRule"
>;

export function securityGroupsOf(api: Api): SecurityGroupCalls {
  return {
    securityGroups: () => readSecurityGroups(api),
    securityGroup: (id) => readSecurityGroup(api, id),
    createSecurityGroup: (wish) => createSecurityGroup(api, wish),
    deleteSecurityGroup: (id) => api.delete(group(id)),
    addSecurityGroupRule: (groupId, rule) => addSecurityGroupRule(api, groupId, rule),
    deleteSecurityGroupRule: (id) =>
      api.delete({ service: "network", path: "/v2.0/security-group-rules/{id}", ids: { id } }),
  };
}

async function readSecurityGroups(api: Api): Promise<readonly SecurityGroup[]> {
  const request = { service: "network", path: "/v2.0/security-groups" } as const;
  const groups = await listByLink(api, request, pageSchema, (page) => ({
    items: page.security_groups,
    links: page.security_groups_links,
  }));
  return groups.map(asGroup);
}

async function readSecurityGroup(api: Api, id: string): Promise<SecurityGroup | undefined> {
  const answer = await api.find(group(id), oneSchema);
  return answer && asGroup(answer.security_group);
}

/** A group of the same name and description is the one that an earlier, interrupted call made: it is taken. */
async function createSecurityGroup(
  api: Api,
  wish: { readonly name: string; readonly description: string },
): Promise<SecurityGroup> {
  const made = (await readSecurityGroups(api)).find(
    (candidate) => candidate.name === wish.name && candidate.description === wish.description,
  );
  if (made) return made;
  const body = { security_group: { name: wish.name, description: wish.description } };
  const answer = await api.post({ service: "network", path: "/v2.0/security-groups" }, body, oneSchema);
  return asGroup(answer.security_group);
}

async function addSecurityGroupRule(api: Api, groupId: string, rule: SecurityGroupRuleSpec): Promise<void> {
  const body = {
    security_group_rule: {
      security_group_id: groupId,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol,
      port_range_min: rule.portMin,
      port_range_max: rule.portMax,
      remote_ip_prefix: rule.remoteCidr,
      remote_group_id: rule.remoteGroupId,
      description: rule.description,
    },
  };
  try {
    await api.post({ service: "network", path: "/v2.0/security-group-rules" }, body, anything);
  } catch (error) {
    // How a duplicate is named is not documented for every version of OTC: look whether the rule is there.
    if (!isCloudProblem(error, "cloud/conflict", "cloud/bad-request")) throw error;
    const existing = await readSecurityGroup(api, groupId);
    if (!existing?.rules.some((candidate) => sameRule(candidate, rule))) throw error;
  }
}

/** What a rule lets through; its description is not part of that, for Neutron either. */
function sameRule(a: SecurityGroupRuleSpec, b: SecurityGroupRuleSpec): boolean {
  return (
    a.direction === b.direction &&
    a.ethertype === b.ethertype &&
    a.protocol === b.protocol &&
    a.portMin === b.portMin &&
    a.portMax === b.portMax &&
    a.remoteCidr === b.remoteCidr &&
    a.remoteGroupId === b.remoteGroupId
  );
}

function group(id: string) {
  return { service: "network", path: "/v2.0/security-groups/{id}", ids: { id } } as const;
}

function asGroup(answer: z.infer<typeof groupSchema>): SecurityGroup {
  return {
    id: answer.id,
    name: answer.name,
    description: answer.description,
    rules: answer.security_group_rules.map(asRule),
  };
}

function asRule(answer: z.infer<typeof ruleSchema>): SecurityGroupRule {
  const { protocol } = answer;
  return {
    id: answer.id,
    groupId: answer.security_group_id,
    direction: answer.direction,
    ethertype: answer.ethertype,
    // "any" and "" are other spellings of null.
    protocol:
      protocol === null || protocol === undefined || protocol === "" || protocol === "any"
        ? null
        : String(protocol),
    portMin: answer.port_range_min ?? null,
    portMax: answer.port_range_max ?? null,
    remoteCidr: answer.remote_ip_prefix || null,
    remoteGroupId: answer.remote_group_id || null,
    description: answer.description,
  };
}

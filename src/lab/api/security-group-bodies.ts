import { z } from "zod";
import type { LabSecurityGroup, LabSecurityGroupRule } from "../state.ts";
import type { RuleWish } from "./operations/security-groups.ts";

/** A rule as VPC v1 and Neutron both write it. */
export const ruleBody = z.object({
  security_group_rule: z.object({
    security_group_id: z.string(),
    direction: z.enum(["ingress", "egress"]),
    ethertype: z.enum(["IPv4", "IPv6"]).optional(),
    protocol: z.union([z.string(), z.number().transform(String)]).nullish(),
    port_range_min: z.coerce.number().int().nullish(),
    port_range_max: z.coerce.number().int().nullish(),
    remote_ip_prefix: z.string().nullish(),
    remote_group_id: z.string().nullish(),
    /** The lab has no address groups. */
    remote_address_group_id: z.null().optional(),
    description: z.string().nullish(),
  }),
});

/** The group's id and the rule that the body asks for. */
export function ruleWish(body: z.infer<typeof ruleBody>): {
  readonly groupId: string;
  readonly wish: RuleWish;
} {
  const rule = body.security_group_rule;
  return {
    groupId: rule.security_group_id,
    wish: {
      direction: rule.direction,
      ethertype: rule.ethertype ?? "IPv4",
      protocol: rule.protocol ?? null,
      portMin: rule.port_range_min ?? null,
      portMax: rule.port_range_max ?? null,
      remoteCidr: rule.remote_ip_prefix || null,
      remoteGroupId: rule.remote_group_id || null,
      description: rule.description ?? "",
    },
  };
}

/** The rule's fields that both APIs show. */
export function describeRule(projectId: string, group: LabSecurityGroup, rule: LabSecurityGroupRule) {
  return {
    id: rule.id,
    tenant_id: projectId,
    security_group_id: group.id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    port_range_min: rule.portMin,
    port_range_max: rule.portMax,
    remote_ip_prefix: rule.remoteCidr,
    remote_group_id: rule.remoteGroupId,
    remote_address_group_id: null,
    description: rule.description,
  };
}

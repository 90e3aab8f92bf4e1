import type { LabSecurityGroup, LabSecurityGroupRule, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { addRule, removeRule } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { findRule } from "../operations/security-groups.ts";
import { describeRule, ruleBody, ruleWish } from "../security-group-bodies.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";

export const securityGroupRuleEndpoints = [
  reads("security-group-rule", "/v2.0/security-group-rules", (call, api) => {
    const rules = api.state.securityGroups
      .values()
      .flatMap((group) => group.rules.map((rule) => describe(api.state, group, rule)));
    return collection(call, api, "security-group-rules", rules, (rule) => rule);
  }),
  reads("security-group-rule", "/v2.0/security-group-rules/:id", (call, { state }) => {
    const { group, rule } = findRule(state, call.param("id"));
    return { status: 200, body: { security_group_rule: describe(state, group, rule) } };
  }),
  writes("security-group-rule", "POST", "/v2.0/security-group-rules", (call, { state }) => {
    const { groupId, wish } = ruleWish(call.read(ruleBody));
    const rule = addRule(state, groupId, wish);
    const group = found(state.securityGroups, "security-group", groupId);
    return { status: 201, body: { security_group_rule: describe(state, group, rule) } };
  }),
  writes("security-group-rule", "DELETE", "/v2.0/security-group-rules/:id", (call, { state }) => {
    removeRule(state, call.param("id"));
    return { status: 204 };
  }),
];

function describe(state: LabState, group: LabSecurityGroup, rule: LabSecurityGroupRule) {
  return {
    ...describeRule(state.project.id, group, rule),
    project_id: state.project.id,
    created_at: timeForms.plain(group.createdAt),
    updated_at: timeForms.plain(group.createdAt),
  };
}

import { z } from "zod";
import type { LabSecurityGroup, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { addRule, addSecurityGroup, removeRule, removeSecurityGroup } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { findRule } from "../operations/security-groups.ts";
import { pageOfV1 } from "../pagination.ts";
import { describeRule, ruleBody, ruleWish } from "../security-group-bodies.ts";

const createBody = z.object({
  security_group: z.object({ name: z.string(), vpc_id: z.string().optional() }),
});

export const securityGroupEndpoints = [
  reads("security-group", "/v1/:project/security-groups", (call, { state }) => {
    const page = pageOfV1(state.securityGroups.values(), call.query);
    return { status: 200, body: { security_groups: page.map((group) => describe(state, group)) } };
  }),
  reads("security-group", "/v1/:project/security-groups/:id", (call, { state }) => {
    const group = found(state.securityGroups, "security-group", call.param("id"));
    return { status: 200, body: { security_group: describe(state, group) } };
  }),
  writes("security-group", "POST", "/v1/:project/security-groups", (call, { state, now }) => {
    const { name } = call.read(createBody).security_group;
    const group = addSecurityGroup(state, { name }, now());
    return { status: 200, body: { security_group: describe(state, group) } };
  }),
  writes("security-group", "DELETE", "/v1/:project/security-groups/:id", (call, { state }) => {
    removeSecurityGroup(state, call.param("id"));
    return { status: 204 };
  }),
  reads("security-group-rule", "/v1/:project/security-group-rules", (call, { state }) => {
    const groupId = call.query.get("security_group_id");
    const rules = state.securityGroups
      .values()
      .filter((group) => groupId === null || group.id === groupId)
      .flatMap((group) => group.rules.map((rule) => describeRule(state.project.id, group, rule)));
    return { status: 200, body: { security_group_rules: pageOfV1(rules, call.query) } };
  }),
  reads("security-group-rule", "/v1/:project/security-group-rules/:id", (call, { state }) => {
    const { group, rule } = findRule(state, call.param("id"));
    return { status: 200, body: { security_group_rule: describeRule(state.project.id, group, rule) } };
  }),
  writes("security-group-rule", "POST", "/v1/:project/security-group-rules", (call, { state }) => {
    const { groupId, wish } = ruleWish(call.read(ruleBody));
    const rule = addRule(state, groupId, wish);
    const group = found(state.securityGroups, "security-group", groupId);
    return { status: 200, body: { security_group_rule: describeRule(state.project.id, group, rule) } };
  }),
  writes("security-group-rule", "DELETE", "/v1/:project/security-group-rules/:id", (call, { state }) => {
    removeRule(state, call.param("id"));
    return { status: 204 };
  }),
];

/** Groups belong to the project; `vpc_id` is there for older clients only. */
function describe(state: LabState, group: LabSecurityGroup) {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    vpc_id: "",
    enterprise_project_id: "0",
    security_group_rules: group.rules.map((rule) => describeRule(state.project.id, group, rule)),
  };
}

import { z } from "zod";
import type { LabSecurityGroup, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { addSecurityGroup, removeSecurityGroup, updateSecurityGroup } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { describeRule } from "../security-group-bodies.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";

const createBody = z.object({
  security_group: z.strictObject({ name: z.string(), description: z.string().optional() }),
});
const updateBody = z.object({
  security_group: z.strictObject({ name: z.string(), description: z.string() }).partial(),
});

export const neutronSecurityGroupEndpoints = [
  reads("security-group", "/v2.0/security-groups", (call, api) =>
    collection(call, api, "security-groups", api.state.securityGroups.values(), (group) =>
      describe(api.state, group),
    ),
  ),
  reads("security-group", "/v2.0/security-groups/:id", (call, { state }) => {
    const group = found(state.securityGroups, "security-group", call.param("id"));
    return { status: 200, body: { security_group: describe(state, group) } };
  }),
  writes("security-group", "POST", "/v2.0/security-groups", (call, { state, now }) => {
    const { name, description = "" } = call.read(createBody).security_group;
    const group = addSecurityGroup(state, { name, description }, now());
    return { status: 201, body: { security_group: describe(state, group) } };
  }),
  writes("security-group", "PUT", "/v2.0/security-groups/:id", (call, { state }) => {
    const group = updateSecurityGroup(state, call.param("id"), call.read(updateBody).security_group);
    return { status: 200, body: { security_group: describe(state, group) } };
  }),
  writes("security-group", "DELETE", "/v2.0/security-groups/:id", (call, { state }) => {
    removeSecurityGroup(state, call.param("id"));
    return { status: 204 };
  }),
];

function describe(state: LabState, group: LabSecurityGroup) {
  const projectId = state.project.id;
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    tenant_id: projectId,
    project_id: projectId,
    stateful: true,
    shared: false,
    tags: [],
    security_group_rules: group.rules.map((rule) => ({
      ...describeRule(projectId, group, rule),
      project_id: projectId,
    })),
    created_at: timeForms.plain(group.createdAt),
    updated_at: timeForms.plain(group.createdAt),
  };
}

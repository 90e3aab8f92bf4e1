import type { LabState } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { usedRules } from "../operations/quotas.ts";

export const quotaEndpoints = [
  reads("vpc", "/v1/:project/quotas", (call, { state }) => {
    const type = call.query.get("type");
    const all = quotasOf(state);
    const resources = type === null ? all : all.filter((quota) => quota.type === type);
    if (resources.length === 0) throw new Failed("unreadable", `Invalid resource type: ${type}`);
    return { status: 200, body: { quotas: { resources } } };
  }),
];

/** What one VPC or one table may contain has no use of the whole project's; the example answer says 0 there too. */
function quotasOf(state: LabState) {
  const { quotas } = state;
  const rows = [
    ["vpc", state.vpcs.size, quotas.vpcs],
    ["subnet", state.subnets.size, quotas.subnets],
    ["securityGroup", state.securityGroups.size, quotas.securityGroups],
    ["securityGroupRule", usedRules(state), quotas.securityGroupRules],
    ["publicIp", state.publicIps.size, quotas.publicIps],
    ["vpcContainRoutetable", 0, quotas.routeTablesPerVpc],
    ["routetableContainRoutes", 0, quotas.routesPerTable],
  ] as const;
  return rows.map(([type, used, quota]) => ({ type, used, quota, min: 0 }));
}

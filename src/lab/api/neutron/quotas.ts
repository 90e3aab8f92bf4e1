import { reads } from "../endpoint.ts";
import { usedRules } from "../operations/quotas.ts";

export const neutronQuotaEndpoints = [
  reads("vpc", "/v2.0/quotas/:project", (_call, { state: { quotas } }) => ({
    status: 200,
    body: {
      quota: {
        network: quotas.subnets,
        subnet: quotas.subnets,
        router: quotas.vpcs,
        port: -1,
        floatingip: quotas.publicIps,
        security_group: quotas.securityGroups,
        security_group_rule: quotas.securityGroupRules,
      },
    },
  })),
];

/** Limits with what is used of them (extension quota_details). */
export const quotaDetailEndpoints = [
  reads("vpc", "/v2.0/quotas/:project/details.json", (_call, { state }) => {
    const { quotas } = state;
    const detail = (used: number, limit: number) => ({ used, limit, reserved: 0 });
    return {
      status: 200,
      body: {
        quota: {
          network: detail(state.subnets.size, quotas.subnets),
          subnet: detail(state.subnets.size, quotas.subnets),
          router: detail(state.vpcs.size, quotas.vpcs),
          port: detail(state.ports.size, -1),
          floatingip: detail(state.publicIps.size, quotas.publicIps),
          security_group: detail(state.securityGroups.size, quotas.securityGroups),
          security_group_rule: detail(usedRules(state), quotas.securityGroupRules),
        },
      },
    };
  }),
];

import { reads } from "../endpoint.ts";

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

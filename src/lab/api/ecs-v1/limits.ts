import { reads } from "../endpoint.ts";
import { flavorOf } from "../flavors.ts";

export const limitEndpoints = [
  reads("server", "/v1/:project/cloudservers/limits", (_call, { state }) => {
    const sizes = [...state.servers.values()].map((server) => flavorOf(server.kind));
    return {
      status: 200,
      body: {
        absolute: {
          maxTotalInstances: state.quotas.servers,
          totalInstancesUsed: state.servers.size,
          maxTotalCores: -1,
          totalCoresUsed: sizes.reduce((sum, flavor) => sum + flavor.vcpus, 0),
          maxTotalRAMSize: -1,
          totalRAMUsed: sizes.reduce((sum, flavor) => sum + flavor.ram, 0),
          maxTotalFloatingIps: state.quotas.publicIps,
          totalFloatingIpsUsed: state.publicIps.size,
          maxSecurityGroups: state.quotas.securityGroups,
          totalSecurityGroupsUsed: state.securityGroups.size,
        },
      },
    };
  }),
];

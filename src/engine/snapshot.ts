import type { CloudReader } from "../cloud/cloud.ts";
import { once, oncePer } from "./once.ts";
import { routeTablesOnce } from "./route-tables-once.ts";

/**
 * A reader that asks the cloud for each whole list at most once and answers everything from it: a plan for
 * ten thousand servers costs pages, not servers, and all of it speaks of the same moment.
 */
export function snapshot(cloud: CloudReader): CloudReader {
  const vpcs = once(() => cloud.vpcs());
  const subnets = once(() => cloud.subnets());
  const servers = once(() => cloud.servers());
  const nics = once(() => cloud.nics());
  const publicIps = once(() => cloud.publicIps());
  const securityGroups = once(() => cloud.securityGroups());
  const nicsById = once(async () => byId(await nics()));
  const nicsByServer = once(async () => Map.groupBy(await nics(), (nic) => nic.serverId));
  const nicsBySubnet = once(async () => Map.groupBy(await nics(), (nic) => nic.subnetId));
  const serversById = once(async () => byId(await servers()));
  const subnetsByVpc = once(async () => Map.groupBy(await subnets(), (subnet) => subnet.vpcId));
  const natGateways = oncePer((vpcId: string | undefined) => cloud.natGateways(vpcId));
  const groupsById = once(async () => byId(await securityGroups()));
  return {
    traits: cloud.traits,
    vpcs,
    subnets: async (vpcId) => (vpcId === undefined ? subnets() : ((await subnetsByVpc()).get(vpcId) ?? [])),
    servers,
    server: async (id) => (await serversById()).get(id),
    nics: async ({ serverId, subnetId } = {}) => {
      if (serverId !== undefined) {
        const found = (await nicsByServer()).get(serverId) ?? [];
        return subnetId === undefined ? found : found.filter((nic) => nic.subnetId === subnetId);
      }
      return subnetId === undefined ? nics() : ((await nicsBySubnet()).get(subnetId) ?? []);
    },
    nic: async (id) => (await nicsById()).get(id),
    ...routeTablesOnce(cloud),
    publicIps,
    securityGroups,
    securityGroup: async (id) => (await groupsById()).get(id),
    natGateways: (vpcId) => natGateways(vpcId),
    quotas: once(() => cloud.quotas()),
    anyAddressPairs: (withVirtualIps) => cloud.anyAddressPairs(withVirtualIps),
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

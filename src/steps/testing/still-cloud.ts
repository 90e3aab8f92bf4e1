/** A cloud in which nothing moves, for tests of what a step reads: only what is given is there. */
import type { CloudReader } from "../../cloud/cloud.ts";
import type { ReadOnlyWorld } from "../world.ts";

type Lists = Pick<
  CloudReader,
  "vpcs" | "subnets" | "servers" | "nics" | "routeTables" | "publicIps" | "securityGroups" | "natGateways"
>;
export type Still = { readonly [List in keyof Lists]?: Awaited<ReturnType<Lists[List]>> };

/** Its hosts cannot be reached: asking one fails the test. */
export function stillWorld(still: Still): ReadOnlyWorld {
  const {
    vpcs = [],
    subnets = [],
    servers = [],
    nics = [],
    routeTables = [],
    publicIps = [],
    securityGroups = [],
    natGateways = [],
  } = still;
  const find = <T extends { readonly id: string }>(all: readonly T[], id: string) =>
    Promise.resolve(all.find((one) => one.id === id));
  const cloud: CloudReader = {
    traits: {
      name: "still",
      portSecurityOff: false,
      routes: "tables",
      dhcp: false,
      vipNextHop: true,
      eipBeforeRoute: true,
    },
    vpcs: async () => vpcs,
    subnets: async () => subnets,
    servers: async () => servers,
    server: (id) => find(servers, id),
    nics: async () => nics,
    nic: (id) => find(nics, id),
    routeTables: async () => routeTables,
    routeTable: (id) => find(routeTables, id),
    publicIps: async () => publicIps,
    securityGroups: async () => securityGroups,
    securityGroup: (id) => find(securityGroups, id),
    natGateways: async (vpcId) => natGateways.filter((one) => vpcId === undefined || one.vpcId === vpcId),
    quotas: async () => [],
    anyAddressPairs: async () => [[{ ip_address: "1.1.1.1/0" }]],
  };
  return {
    cloud,
    host: ({ server }) => {
      throw new Error(`host ${server} was asked`);
    },
  };
}

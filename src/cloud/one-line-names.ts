import { oneLine } from "../report/visible.ts";
import type { Cloud } from "./cloud.ts";

/**
 * The same cloud, whose names have one line each. Every text, comment and file that repeats a name is then as many lines as it
 * should be. Descriptions of routes and rules stay as they are: undo writes them back.
 */
export function withOneLineNames(cloud: Cloud): Cloud {
  return {
    ...cloud,
    vpcs: async () => all(await cloud.vpcs()),
    subnets: async (vpcId) => all(await cloud.subnets(vpcId)),
    servers: async () => (await cloud.servers()).map(withStatus),
    server: async (id) => maybe(await cloud.server(id), withStatus),
    nics: async (filter) => all(await cloud.nics(filter)),
    nic: async (id) => maybe(await cloud.nic(id), named),
    routeTables: async (vpcId) => all(await cloud.routeTables(vpcId)),
    routeTable: async (id) => maybe(await cloud.routeTable(id), named),
    publicIps: async () => all(await cloud.publicIps()),
    securityGroups: async () => all(await cloud.securityGroups()),
    securityGroup: async (id) => maybe(await cloud.securityGroup(id), named),
    natGateways: async (vpcId) => (await cloud.natGateways(vpcId)).map(withStatus),
  };
}

function all<T extends { readonly name: string }>(objects: readonly T[]): readonly T[] {
  return objects.map(named);
}

function maybe<T>(object: T | undefined, of: (object: T) => T): T | undefined {
  return object === undefined ? undefined : of(object);
}

function named<T extends { readonly name: string }>(object: T): T {
  const name = oneLine(object.name);
  return name === object.name ? object : { ...object, name };
}

function withStatus<T extends { readonly name: string; readonly status: string }>(object: T): T {
  const status = oneLine(object.status);
  return named(status === object.status ? object : { ...object, status });
}

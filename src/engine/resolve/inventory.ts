import type {
  CloudReader,
  Nic,
  PublicIp,
  RouteTable,
  SecurityGroup,
  Server,
  Subnet,
  Vpc,
} from "../../cloud/cloud.ts";

/** Everything that names are looked up in, read once for the whole spec. */
export interface Inventory {
  readonly vpcs: readonly Vpc[];
  /** By VPC. */
  readonly subnets: ReadonlyMap<string, readonly Subnet[]>;
  readonly subnetsById: ReadonlyMap<string, Subnet>;
  readonly tables: ReadonlyMap<string, readonly RouteTable[]>;
  readonly serversByName: ReadonlyMap<string, readonly Server[]>;
  readonly serversByVpc: ReadonlyMap<string, readonly Server[]>;
  readonly nicsByServer: ReadonlyMap<string, readonly Nic[]>;
  readonly nicsBySubnet: ReadonlyMap<string, readonly Nic[]>;
  readonly publicIps: readonly PublicIp[];
  readonly publicIpByNic: ReadonlyMap<string, PublicIp>;
  readonly securityGroups: readonly SecurityGroup[];
  /** By security group. */
  readonly nicsByGroup: ReadonlyMap<string, readonly Nic[]>;
}

/** @param named names and ids of the only VPCs whose route tables are needed; all are without it. */
export async function readInventory(cloud: CloudReader, named?: ReadonlySet<string>): Promise<Inventory> {
  const [vpcs, subnets, tables, servers, nics, publicIps, securityGroups] = await Promise.all([
    cloud.vpcs(),
    cloud.subnets(),
    readTables(cloud, named),
    cloud.servers(),
    cloud.nics(),
    cloud.publicIps(),
    cloud.securityGroups(),
  ]);
  const subnetsById = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  const nicsByServer = Map.groupBy(nics, (nic) => nic.serverId);
  // Where NICs of a server are in several VPCs, it is in each of them.
  const places = servers.flatMap((server) => {
    const ofNics = (nicsByServer.get(server.id) ?? []).flatMap(
      (nic) => subnetsById.get(nic.subnetId)?.vpcId ?? [],
    );
    return [...new Set([server.vpcId, ...ofNics])].map((vpcId) => ({ vpcId, server }));
  });
  const serversByVpc = new Map<string, Server[]>();
  for (const { vpcId, server } of places) {
    const there = serversByVpc.get(vpcId);
    if (there) there.push(server);
    else serversByVpc.set(vpcId, [server]);
  }
  const nicsByGroup = new Map<string, Nic[]>();
  for (const nic of nics) {
    for (const group of nic.securityGroupIds) {
      const there = nicsByGroup.get(group);
      if (there) there.push(nic);
      else nicsByGroup.set(group, [nic]);
    }
  }
  return {
    vpcs,
    subnets: Map.groupBy(subnets, (subnet) => subnet.vpcId),
    subnetsById,
    tables: Map.groupBy(tables, (table) => table.vpcId),
    serversByName: Map.groupBy(servers, (server) => server.name),
    serversByVpc,
    nicsByServer,
    nicsBySubnet: Map.groupBy(nics, (nic) => nic.subnetId),
    publicIps,
    publicIpByNic: new Map(publicIps.flatMap((eip) => (eip.nicId === undefined ? [] : [[eip.nicId, eip]]))),
    securityGroups,
    nicsByGroup,
  };
}

/** One list holds all tables, except where each of them costs a call. */
async function readTables(
  cloud: CloudReader,
  named: ReadonlySet<string> | undefined,
): Promise<readonly RouteTable[]> {
  if (named === undefined || !cloud.traits.routesReadByTable) return cloud.routeTables();
  const vpcs = (await cloud.vpcs()).filter((vpc) => named.has(vpc.name) || named.has(vpc.id));
  return (await Promise.all(vpcs.map((vpc) => cloud.routeTables(vpc.id)))).flat();
}

import { expect, test } from "vitest";
import type { Nic, RouteTable, Server } from "../../cloud/cloud.ts";
import type { Inventory } from "../resolve/inventory.ts";
import { helped, type Offer, offersOf, servedBy } from "./offers.ts";

interface Seen {
  readonly name: string;
  readonly subnet?: string;
  readonly eip?: string;
  readonly status?: string;
  readonly osType?: string;
}

/** One VPC of two subnets with these servers, each with one NIC. */
function account(
  seen: readonly Seen[],
  { sharedSnat = false, routes = [] }: { sharedSnat?: boolean; routes?: RouteTable["routes"] } = {},
): Inventory {
  const vpc = { id: "vpc-1", name: "vpc-demo", cidrs: ["192.168.0.0/16"], sharedSnat };
  const subnets = ["app", "db"].map((name, at) => ({
    id: `net-${name}`,
    name: `subnet-${name}`,
    vpcId: vpc.id,
    cidr: `192.168.${at}.0/24`,
    gatewayIp: `192.168.${at}.1`,
    dns: [],
  }));
  const servers = seen.map(
    ({ name, status = "ACTIVE", osType }, at): Server => ({
      id: `server-${at}`,
      name,
      status,
      vpcId: vpc.id,
      addresses: [],
      securityGroupIds: [],
      ...(osType === undefined ? {} : { osType }),
    }),
  );
  const nics = seen.map(
    ({ subnet = "app" }, at): Nic => ({
      id: `nic-${at}`,
      name: "",
      serverId: `server-${at}`,
      subnetId: `net-${subnet}`,
      ip: `192.168.0.${at + 10}`,
      mac: `fa:16:3e:00:00:0${at}`,
      owner: "compute:eu-de-01",
      securityGroupIds: [],
      addressPairs: [],
    }),
  );
  const publicIps = seen.flatMap(({ eip }, at) =>
    eip === undefined ? [] : [{ id: `eip-${at}`, address: eip, name: "", nicId: `nic-${at}` }],
  );
  const table = { id: "rtb", name: "rtb", vpcId: vpc.id, isDefault: true, routes, subnetIds: [] };
  return {
    vpcs: [vpc],
    subnets: Map.groupBy(subnets, (subnet) => subnet.vpcId),
    subnetsById: new Map(subnets.map((subnet) => [subnet.id, subnet])),
    tables: new Map([[vpc.id, [table]]]),
    serversByName: Map.groupBy(servers, (server) => server.name),
    serversByVpc: Map.groupBy(servers, (server) => server.vpcId),
    nicsByServer: Map.groupBy(nics, (nic) => nic.serverId),
    nicsBySubnet: Map.groupBy(nics, (nic) => nic.subnetId),
    publicIps,
    publicIpByNic: new Map(publicIps.map((eip) => [eip.nicId, eip])),
    securityGroups: [],
    nicsByGroup: new Map(),
  };
}

const proxy = { name: "ecs-proxy", eip: "203.0.113.10" };
const client = { name: "ecs-app-1" };

function only(inventory: Inventory, routes: "tables" | "router" = "tables"): Offer {
  const [offer] = offersOf(inventory, { routes });
  if (!offer) throw new Error("nothing is offered");
  return offer;
}

test("a VPC is offered with its proxies and the subnets whose servers have no EIP", () => {
  const offer = only(account([proxy, client, { name: "ecs-db", subnet: "db" }, { name: "ecs-app-2" }]));
  expect(offer).toMatchObject({
    name: "vpc-demo",
    because: "",
    candidates: [{ name: "ecs-proxy", publicIp: { address: "203.0.113.10" } }],
    subnets: [
      { name: "subnet-app", without: ["ecs-app-1", "ecs-app-2"] },
      { name: "subnet-db", without: ["ecs-db"] },
    ],
  });
  expect(helped(offer)).toBe(3);
});

test.each<[string, Seen]>([
  ["has no EIP", { name: "x" }],
  ["is switched off", { name: "x", eip: "203.0.113.11", status: "SHUTOFF" }],
  ["runs Windows", { name: "x", eip: "203.0.113.11", osType: "Windows" }],
])("a server that %s is no proxy", (_, server) => {
  expect(only(account([proxy, client, server])).candidates.map(({ name }) => name)).toEqual(["ecs-proxy"]);
});

test("the proxy beside most of the clients comes first", () => {
  const beside = { name: "z-beside", eip: "203.0.113.12", subnet: "db" };
  const offer = only(account([proxy, beside, { name: "ecs-db", subnet: "db" }]));
  expect(offer.candidates.map(({ name }) => name)).toEqual(["z-beside", "ecs-proxy"]);
});

const natRoute = { destination: "0.0.0.0/0", type: "nat", nextHop: "nat-1", description: "" } as const;

test.each<[string, Inventory, string]>([
  ["nobody lacks an EIP", account([proxy]), "no server in it lacks an EIP"],
  ["nobody could be the proxy", account([client]), "no running Linux server in it has an EIP"],
  [
    "the platform gives a way out",
    account([proxy, client], { sharedSnat: true }),
    "the platform gives all of it a way out already",
  ],
  [
    "there is a default route",
    account([proxy, client], { routes: [natRoute] }),
    "its servers have a default route already",
  ],
])("a VPC is not offered where %s", (_, inventory, because) => {
  expect(only(inventory).because).toBe(because);
});

test("what shares its name with another one is named by its id", () => {
  const offer = only(account([proxy, { ...proxy, eip: "203.0.113.11" }, client]));
  expect(offer.candidates.map(({ name }) => name)).toEqual(["server-0", "server-1"]);
});

test("where only routers have routes, a proxy serves what it has a NIC in", () => {
  const inventory = account([proxy, client, { name: "ecs-db", subnet: "db" }]);
  const served = (routes: "tables" | "router") => {
    const offer = only(inventory, routes);
    return servedBy(offer, offer.candidates).map(({ name }) => name);
  };
  expect(served("tables")).toEqual(["subnet-app", "subnet-db"]);
  expect(served("router")).toEqual(["subnet-app"]);
});

test("VPCs in which most servers would be helped come first", () => {
  const small = account([proxy, client]);
  const large = account([proxy, client, { name: "ecs-app-2" }]);
  const renamed = <T>(map: ReadonlyMap<string, readonly T[]>) =>
    [...map].map(([key, value]): [string, readonly T[]] => [key.replace("-1", "-2"), value]);
  const moved = (large.nicsBySubnet.get("net-app") ?? []).map((nic) => ({ ...nic, subnetId: "net-2" }));
  const offers = offersOf(
    {
      ...large,
      vpcs: ["vpc-1", "vpc-2"].map((id) => ({ id, name: id, cidrs: [], sharedSnat: false })),
      subnets: new Map([
        ...small.subnets,
        [
          "vpc-2",
          [{ id: "net-2", name: "", vpcId: "vpc-2", cidr: "10.0.0.0/24", gatewayIp: "10.0.0.1", dns: [] }],
        ],
      ]),
      serversByVpc: new Map([...small.serversByVpc, ...renamed(large.serversByVpc)]),
      nicsBySubnet: new Map([...small.nicsBySubnet, ["net-2", moved]]),
      nicsByServer: new Map(
        [...large.nicsByServer].map(([id, nics]) => [
          id,
          [...nics, ...moved.filter((nic) => nic.serverId === id)],
        ]),
      ),
      publicIpByNic: large.publicIpByNic,
    },
    { routes: "tables" },
  );
  expect(offers.map(({ name }) => name)).toEqual(["vpc-2", "vpc-1"]);
});

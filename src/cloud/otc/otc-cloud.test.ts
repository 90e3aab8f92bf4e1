/** The driver against the lab's API, over HTTP: what is read, and what happens when the cloud has faults. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiFault } from "../../lab/api/faults.ts";
import { addServer, addSubnet, addVpc } from "../../lab/api/operations/index.ts";
import type { Cloud } from "../cloud.ts";
import { openCloud } from "../open-cloud.ts";
import { hastyClock, type LabCloud, labConfig, openLabCloud } from "../testing/lab-cloud.ts";

let lab: LabCloud["lab"];
let cloud: Cloud;
let callsSince: LabCloud["callsSince"];
let defaultRoute: LabCloud["defaultRoute"];

beforeEach(async () => {
  ({ lab, cloud, callsSince, defaultRoute } = await openLabCloud());
});

afterEach(() => lab.close());

describe("reading", () => {
  test("the manual's network is seen in the port's words", async () => {
    const [vpcs, subnets, servers, nics, tables, publicIps] = await Promise.all([
      cloud.vpcs(),
      cloud.subnets(lab.vpc.id),
      cloud.servers(),
      cloud.nics({ serverId: lab.proxy.id }),
      cloud.routeTables(lab.vpc.id),
      cloud.publicIps(),
    ]);
    expect(vpcs).toEqual([
      { id: lab.vpc.id, name: "vpc-demo", cidrs: ["192.168.0.0/16"], sharedSnat: false },
    ]);
    expect(subnets).toEqual([
      {
        id: lab.subnet.id,
        name: "subnet-app",
        vpcId: lab.vpc.id,
        cidr: "192.168.125.0/24",
        gatewayIp: "192.168.125.1",
        dns: expect.arrayContaining(["100.125.4.25"]),
      },
    ]);
    expect(servers.find((server) => server.name === "ecs-proxy")).toEqual({
      id: lab.proxy.id,
      name: "ecs-proxy",
      status: "ACTIVE",
      vpcId: lab.vpc.id,
      addresses: [
        { ip: "192.168.125.4", nicId: lab.proxyPort.id, mac: lab.proxyPort.mac, publicIp: lab.eip.address },
      ],
      securityGroupIds: lab.proxyPort.securityGroupIds,
      osType: "Linux",
    });
    expect(servers.find((server) => server.name === "ecs-app-1")?.addresses[0]?.publicIp).toBeUndefined();
    expect(nics).toEqual([
      {
        id: lab.proxyPort.id,
        name: lab.proxyPort.name,
        serverId: lab.proxy.id,
        subnetId: lab.subnet.id,
        ip: "192.168.125.4",
        mac: lab.proxyPort.mac,
        owner: lab.proxyPort.owner,
        securityGroupIds: lab.proxyPort.securityGroupIds,
        addressPairs: [],
      },
    ]);
    expect(tables).toHaveLength(1);
    expect(tables[0]).toMatchObject({ id: lab.table.id, isDefault: true, subnetIds: [lab.subnet.id] });
    expect(tables[0]?.routes.every((route) => route.type === "local" && route.nextHop === "")).toBe(true);
    expect(publicIps).toEqual([
      {
        id: lab.eip.id,
        address: lab.eip.address,
        name: "eip-proxy",
        nicId: lab.proxyPort.id,
        privateIp: "192.168.125.4",
      },
    ]);
  });

  test("one object by its id is the same as in the list, and undefined where it is not", async () => {
    const [groups, servers, nics] = await Promise.all([
      cloud.securityGroups(),
      cloud.servers(),
      cloud.nics(),
    ]);
    const [group, server, nic] = [groups[0], servers[0], nics[0]];
    if (!group || !server || !nic) throw new Error("the demo has them");
    expect(await cloud.securityGroup(group.id)).toEqual(group);
    expect(await cloud.server(server.id)).toEqual(server);
    expect(await cloud.nic(nic.id)).toEqual(nic);
    for (const id of ["00000000-0000-0000-0000-000000000000", "no such id", "", "..", "../vpcs"]) {
      expect(await cloud.server(id)).toBeUndefined();
      expect(await cloud.nic(id)).toBeUndefined();
      expect(await cloud.routeTable(id)).toBeUndefined();
      expect(await cloud.securityGroup(id)).toBeUndefined();
    }
  });

  test("quotas are told for what the steps use", async () => {
    const resources = (await cloud.quotas()).map((quota) => quota.resource);
    expect(resources).toEqual(expect.arrayContaining(["routes-per-table", "public-ips", "security-groups"]));
  });

  test("10,000 servers take ten calls, and 2,500 VPCs three", async () => {
    lab.state.quotas = { ...lab.state.quotas, vpcs: -1 };
    for (let at = 0; at < 2_499; at += 1) addVpc(lab.state, { name: `vpc-${at}`, cidr: "10.0.0.0/8" });
    const wide = addVpc(lab.state, { name: "vpc-wide", cidr: "172.16.0.0/12" });
    const subnet = addSubnet(lab.state, { vpcId: wide.id, name: "subnet-wide", cidr: "172.16.0.0/16" });
    const one = addServer(lab.state, { name: "ecs-0", kind: "light", nics: [{ subnetId: subnet.id }] });
    const [port] = one.ports;
    if (!port) throw new Error("a new server has a port");
    // Put in place directly: making ten thousand one by one is the lab's business, not this test's.
    for (let at = 1; at < 9_998; at += 1) {
      const id = `${one.server.id}-${at}`;
      lab.state.servers.set(id, { ...one.server, id, name: `ecs-${at}` });
      lab.state.ports.set(`${port.id}-${at}`, {
        ...port,
        id: `${port.id}-${at}`,
        serverId: id,
        ip: `172.16.${64 + Math.floor(at / 200)}.${(at % 200) + 1}`,
      });
    }
    const mark = lab.calls().length;
    const servers = await cloud.servers();
    expect(new Set(servers.map((server) => server.id)).size).toBe(10_000);
    expect(servers.every((server) => server.addresses.length === 1)).toBe(true);
    expect(callsSince(mark)).toEqual(Array(10).fill("GET /v1/PROJECT/cloudservers/detail"));
    const markOfVpcs = lab.calls().length;
    expect(await cloud.vpcs()).toHaveLength(2_501);
    expect(callsSince(markOfVpcs).filter((call) => call === "GET /v1/PROJECT/vpcs")).toHaveLength(3);
    const markOfNics = lab.calls().length;
    expect(new Set((await cloud.nics({ subnetId: subnet.id })).map((nic) => nic.id)).size).toBeGreaterThan(
      9_997,
    );
    expect(callsSince(markOfNics).length).toBeLessThanOrEqual(11);
  }, 60_000);
});

describe("faults of the cloud", () => {
  test("tokens that end in the middle of the work are renewed", async () => {
    await cloud.vpcs();
    lab.faults.add({ kind: "expire-tokens", calls: 1 });
    await Promise.all([
      cloud.servers(),
      cloud.subnets(),
      cloud.publicIps(),
      cloud.securityGroups(),
      cloud.nics(),
    ]);
    lab.faults.add({ kind: "expire-tokens", calls: 1, method: "PUT" });
    await cloud.addRoute(lab.table.id, defaultRoute());
    expect((await cloud.routeTable(lab.table.id))?.routes).toContainEqual(defaultRoute());
  });

  test("throttling, with and without a time to wait, and dropped connections are outlasted", async () => {
    lab.faults.add({ kind: "throttle", calls: 2 });
    lab.faults.add({ kind: "throttle", calls: 1, retryAfterSeconds: 7 });
    expect(await cloud.vpcs()).toHaveLength(1);
    lab.faults.add({ kind: "drop", calls: 2, method: "GET" });
    expect(await cloud.subnets()).toHaveLength(1);
    lab.faults.add({ kind: "hang", calls: 1, method: "GET" });
    const impatient = openCloud(labConfig(lab), { clock: hastyClock, timeoutMs: 400 });
    expect(await impatient.subnets()).toHaveLength(1);
  });

  test.each<readonly [ApiFault["kind"], string]>([
    ["error", "cloud/unavailable"],
    ["throttle", "cloud/throttled"],
    ["hang", "cloud/unavailable"],
    ["drop", "cloud/unavailable"],
  ])("%s that stays is told as %s, may be tried again, and loses nothing", async (kind, code) => {
    await cloud.vpcs();
    const before = JSON.stringify(lab.table);
    lab.faults.add({ kind });
    const impatient = openCloud(labConfig(lab), { clock: hastyClock, timeoutMs: 400, attempts: 2 });
    const failed = impatient.addRoute(lab.table.id, defaultRoute());
    await expect(failed).rejects.toMatchObject({ code, retry: true });
    lab.faults.clear();
    expect(JSON.stringify(lab.state.routeTables.get(lab.table.id))).toBe(before);
    await cloud.addRoute(lab.table.id, defaultRoute());
  });

  test("a wrong password and an unknown project are told apart", async () => {
    const reading = (password: string, project?: string) =>
      openCloud(labConfig(lab, password, project)).vpcs();
    await expect(reading("not the one")).rejects.toMatchObject({ code: "cloud/unauthorized" });
    await expect(reading("secret", "eu-de_lob")).rejects.toThrow(
      "no project eu-de_lob; did you mean eu-de_lab?",
    );
  });
});

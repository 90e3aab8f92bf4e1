/** The driver against the lab's plain OpenStack, over HTTP: every write may be repeated, and reads back as written. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiFault } from "../../lab/api/faults.ts";
import { addPublicIp, addSubnet, addVpc } from "../../lab/api/operations/index.ts";
import type { DemoApi } from "../../lab/api/testing/demo-api.ts";
import { demoApi } from "../../lab/api/testing/demo-api.ts";
import { LabState } from "../../lab/state.ts";
import type { Cloud, Route } from "../cloud.ts";
import { openCloud } from "../open-cloud.ts";
import { hastyClock, labConfig } from "../testing/lab-cloud.ts";

let lab: DemoApi;
let cloud: Cloud;
let subnetId: string;
const lost: ApiFault = { kind: "lose-answer", calls: 1, method: "PUT" };

beforeEach(async () => {
  const state = new LabState("openstack");
  lab = await demoApi({ state });
  const { profile: _, ...config } = labConfig(lab);
  cloud = openCloud(config, { clock: hastyClock });
  subnetId = lab.subnet.neutronSubnetId;
});
afterEach(() => lab.close());

/** Twice, and the first time without hearing the answer. */
async function twice(write: () => Promise<unknown>): Promise<void> {
  lab.faults.add(lost);
  await write();
  lab.faults.clear();
  await write();
}

const dhcpNow = async () => (await cloud.subnets())[0]?.dhcp;
const routesNow = async () => (await cloud.routeTable(lab.vpc.id))?.routes;

describe("every write leaves the same when it is made twice, or when its answer was lost", () => {
  test("the source/destination check, by pairs that OTC would refuse", async () => {
    const [whole = [], halves = []] = await cloud.anyAddressPairs(false);
    for (const pairs of [whole, halves, []]) {
      await twice(() => cloud.setAddressPairs(lab.proxyPort.id, pairs));
      expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual(pairs);
    }
  });

  test("port security, with its groups and pairs", async () => {
    const before = await cloud.nic(lab.proxyPort.id);
    await cloud.setAddressPairs(lab.proxyPort.id, [{ ip_address: "192.168.9.0/24" }]);
    await twice(() => cloud.setNicProtection(lab.proxyPort.id, { portSecurity: false }));
    expect(await cloud.nic(lab.proxyPort.id)).toMatchObject({
      portSecurity: false,
      securityGroupIds: [],
      addressPairs: [],
    });
    const securityGroupIds = before?.securityGroupIds ?? [];
    const back = { portSecurity: true, securityGroupIds, addressPairs: [] } as const;
    await twice(() => cloud.setNicProtection(lab.proxyPort.id, back));
    expect(await cloud.nic(lab.proxyPort.id)).toEqual(before);
  });

  test("DHCP options of a NIC, the empty one too", async () => {
    const options = [
      { name: "router", value: "" },
      { name: "classless-static-route", value: "0.0.0.0/0,192.168.125.1" },
    ];
    await twice(() => cloud.setDhcpOptions(lab.proxyPort.id, options));
    expect((await cloud.nic(lab.proxyPort.id))?.dhcpOptions).toEqual(options);
    await twice(() => cloud.setDhcpOptions(lab.proxyPort.id, options.slice(0, 1)));
    expect((await cloud.nic(lab.proxyPort.id))?.dhcpOptions).toEqual(options.slice(0, 1));
    await twice(() => cloud.setDhcpOptions(lab.proxyPort.id, []));
    expect((await cloud.nic(lab.proxyPort.id))?.dhcpOptions).toEqual([]);
  });

  test("host routes of a subnet and their mark", async () => {
    const routes = [{ destination: "0.0.0.0/1", nextHop: "192.168.125.4" }];
    await twice(() => cloud.markSubnet(subnetId, "wayout:egress", true));
    await twice(() => cloud.setHostRoutes(subnetId, routes));
    expect(await dhcpNow()).toMatchObject({ hostRoutes: routes, marks: ["wayout:egress"] });
    await twice(() => cloud.setHostRoutes(subnetId, []));
    await twice(() => cloud.markSubnet(subnetId, "wayout:egress", false));
    expect(await dhcpNow()).toMatchObject({ hostRoutes: [], marks: [] });
  });

  test("marks that are set and taken away at the same time do not undo each other", async () => {
    await cloud.markSubnet(subnetId, "wayout:first", true);
    await Promise.all([
      cloud.markSubnet(subnetId, "wayout:second", true),
      cloud.markSubnet(subnetId, "wayout:first", false),
      cloud.markSubnet(subnetId, "wayout:third", true),
    ]);
    expect([...((await dhcpNow())?.marks ?? [])].sort()).toEqual(["wayout:second", "wayout:third"]);
  });

  test("a route of the router and whose it is: added, changed in one call, deleted", async () => {
    const to = (server: string): Route => ({
      destination: "198.51.100.0/24",
      type: "ecs",
      nextHop: server,
      description: "wayout:egress",
    });
    await twice(() => cloud.addRoute(lab.vpc.id, to(lab.proxy.id)));
    expect(await routesNow()).toEqual([to(lab.proxy.id)]);
    await twice(() => cloud.changeRoute(lab.vpc.id, to(lab.client.id)));
    expect(await routesNow()).toEqual([to(lab.client.id)]);
    const theirs = { ...to(lab.client.id), description: "" };
    await twice(() => cloud.changeRoute(lab.vpc.id, theirs));
    expect(await routesNow()).toEqual([theirs]);
    await twice(() => cloud.deleteRoute(lab.vpc.id, theirs));
    expect(await routesNow()).toEqual([]);
    expect(lab.state.vpcs.get(lab.vpc.id)?.tags).toEqual([]);
  });

  test("a floating IP: allocated once, bound, moved in one call, unbound, released", async () => {
    const wish = { name: "wayout-egress", bandwidthMbit: 100, forNic: lab.clientPort.id };
    const made = await cloud.allocatePublicIp(wish);
    expect(await cloud.allocatePublicIp(wish)).toEqual(made);
    const where = async () => (await cloud.publicIps()).find(({ id }) => id === made.id);
    await twice(() => cloud.bindPublicIp(made.id, lab.clientPort.id));
    expect(await where()).toMatchObject({ name: "wayout-egress", nicId: lab.clientPort.id });
    await expect(cloud.bindPublicIp(made.id, lab.proxyPort.id)).rejects.toMatchObject({
      code: "cloud/conflict",
    });
    await cloud.unbindPublicIp(lab.eip.id, "");
    const mark = lab.calls().length;
    await cloud.movePublicIp(made.id, lab.proxyPort.id, "wayout-egress.moving.");
    const writes = lab
      .calls()
      .slice(mark)
      .filter((call) => call.method === "PUT");
    expect(writes).toHaveLength(1);
    expect(await where()).toMatchObject({ name: "wayout-egress", nicId: lab.proxyPort.id });
    await twice(() => cloud.unbindPublicIp(made.id, ""));
    expect(await where()).not.toHaveProperty("nicId");
    await twice(() => cloud.releasePublicIp(made.id));
    expect(await where()).toBeUndefined();
  });

  test("a virtual IP, which is in no security group", async () => {
    const wish = { subnetId, name: "wayout-egress-inner", ip: "192.168.125.250" };
    const made = await cloud.createVirtualIp(wish);
    expect(await cloud.createVirtualIp(wish)).toEqual(made);
    expect(made).toMatchObject({ ip: wish.ip, subnetId, serverId: "", securityGroupIds: [] });
    await twice(() => cloud.deleteVirtualIp(made.id));
    expect(await cloud.nic(made.id)).toBeUndefined();
  });
});

test("a floating IP is not bound behind a router that leads nowhere", async () => {
  const inside = addVpc(lab.state, { name: "inside", cidr: "10.20.0.0/16", router: "inside" });
  const subnet = addSubnet(lab.state, { vpcId: inside.id, name: "subnet-inside", cidr: "10.20.1.0/24" });
  const wish = { subnetId: subnet.neutronSubnetId, name: "vip", ip: "10.20.1.9" };
  const nic = await cloud.createVirtualIp(wish);
  const eip = addPublicIp(lab.state);
  await expect(cloud.bindPublicIp(eip.id, nic.id)).rejects.toMatchObject({
    summary: expect.stringContaining("is not reachable from subnet"),
  });
  const leads = Object.fromEntries((await cloud.vpcs()).map(({ name, router }) => [name, router]));
  expect(leads).toEqual({ "vpc-demo": "outside", inside: "inside" });
});

test("a plain OpenStack has none of OTC's own APIs, and the driver calls none", async () => {
  for (const path of ["/v1/PROJECT/vpcs", "/v1/PROJECT/cloudservers/detail"]) {
    expect((await lab.ask("GET", path)).status).toBe(404);
  }
  const mark = lab.calls().length;
  await Promise.all([cloud.vpcs(), cloud.subnets(), cloud.servers(), cloud.nics(), cloud.routeTables()]);
  const quotas = await cloud.quotas();
  expect(quotas).toContainEqual({ resource: "public-ips", used: 1, limit: 50 });
  expect(
    lab
      .calls()
      .slice(mark)
      .filter(({ path }) => path.startsWith("/v1/")),
  ).toEqual([]);
});

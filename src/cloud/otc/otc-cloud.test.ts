/** The driver against the lab's API, over HTTP: what is read, and that every write may be repeated. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiFault } from "../../lab/api/faults.ts";
import { addServer, addSubnet, addVirtualIp, addVpc, tableOfSubnet } from "../../lab/api/operations/index.ts";
import { type DemoApi, demoApi } from "../../lab/api/testing/demo-api.ts";
import type { Cloud, Route } from "../cloud.ts";
import { openCloud } from "../open-cloud.ts";
import { Secret } from "../secret.ts";
import { configFor } from "../testing/signed-in.ts";

let lab: DemoApi;
let cloud: Cloud;

beforeEach(async () => {
  lab = await demoApi();
  const domain = { name: lab.state.project.domainName };
  cloud = openCloud(
    configFor(lab.url, {
      credentials: { kind: "password", user: { name: "lab", domain }, password: new Secret("secret") },
      project: { name: lab.state.project.name, domain },
      region: lab.state.project.region,
    }),
    { clock: { now: Date.now, random: () => 0, sleep: async () => undefined }, timeoutMs: 300 },
  );
});

afterEach(() => lab.close());

/** Calls since the mark, without logins: "GET /v1/PROJECT/vpcs". */
function callsSince(mark: number): readonly string[] {
  return lab
    .calls()
    .slice(mark)
    .filter((call) => !call.path.startsWith("/v3/auth"))
    .map(
      (call) => `${call.method} ${call.path.replace(lab.state.project.id, "PROJECT").replace(/\?.*/, "")}`,
    );
}

function defaultRoute(changes: Partial<Route> = {}): Route {
  return {
    destination: "0.0.0.0/0",
    type: "ecs",
    nextHop: lab.proxy.id,
    description: "wayout:egress",
    ...changes,
  };
}

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

describe("every write leaves the same when it is made twice, or when its answer was lost", () => {
  const lost: ApiFault = { kind: "lose-answer", calls: 1 };

  test("the source/destination check", async () => {
    const pairs = [
      cloud.traits.anyAddressPair,
      { ip_address: "192.168.125.9", mac_address: "fa:16:3e:00:00:09" },
    ];
    lab.faults.add({ ...lost, method: "PUT" });
    for (const _ of ["once", "again"]) await cloud.setAddressPairs(lab.proxyPort.id, pairs);
    expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual(pairs);
    await cloud.setAddressPairs(lab.proxyPort.id, []);
    expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual([]);
  });

  test("a route: added, changed in place, deleted", async () => {
    const readRoute = async (): Promise<Route | undefined> =>
      (await cloud.routeTable(lab.table.id))?.routes.find((route) => route.destination === "0.0.0.0/0");
    for (const _ of ["once", "again"]) {
      lab.faults.add({ ...lost, method: "PUT" });
      await cloud.addRoute(lab.table.id, defaultRoute());
    }
    expect(await readRoute()).toEqual(defaultRoute());

    const mark = lab.calls().length;
    for (const _ of ["once", "again"])
      await cloud.changeRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
    expect(await readRoute()).toEqual(defaultRoute({ nextHop: lab.client.id }));
    expect(callsSince(mark).filter((call) => call.startsWith("PUT"))).toHaveLength(2);

    for (const _ of ["once", "again"]) {
      lab.faults.add({ ...lost, method: "PUT" });
      await cloud.deleteRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
      lab.faults.clear();
    }
    expect(await readRoute()).toBeUndefined();
    await cloud.deleteRoute("00000000-0000-0000-0000-000000000000", defaultRoute());
  });

  test("a security group with its rules", async () => {
    const wish = { name: "wayout-egress", description: "wayout:egress" };
    const group = await cloud.createSecurityGroup(wish);
    expect(await cloud.createSecurityGroup(wish)).toEqual(group);
    const rule = {
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      portMin: 80,
      portMax: 443,
      remoteCidr: "192.168.125.0/24",
      remoteGroupId: null,
      description: "wayout:egress",
    } as const;
    for (const _ of ["once", "again"]) await cloud.addSecurityGroupRule(group.id, rule);
    const rules = (await cloud.securityGroup(group.id))?.rules ?? [];
    const made = rules.filter((candidate) => candidate.portMax === 443);
    expect(made).toEqual([{ ...rule, id: expect.any(String), groupId: group.id }]);
    expect(rules.length).toBe(group.rules.length + 1);
    for (const _ of ["once", "again"]) await cloud.deleteSecurityGroupRule(made[0]?.id ?? "");
    expect((await cloud.securityGroup(group.id))?.rules).toEqual(group.rules);

    for (const _ of ["once", "again"]) await cloud.setNicSecurityGroups(lab.proxyPort.id, [group.id]);
    expect((await cloud.nic(lab.proxyPort.id))?.securityGroupIds).toEqual([group.id]);
    await expect(cloud.deleteSecurityGroup(group.id)).rejects.toMatchObject({ code: "cloud/conflict" });
    await cloud.setNicSecurityGroups(lab.proxyPort.id, lab.proxyPort.securityGroupIds);
    for (const _ of ["once", "again"]) await cloud.deleteSecurityGroup(group.id);
    expect(await cloud.securityGroup(group.id)).toBeUndefined();
  });

  test("a group whose making was not answered is found again, not made twice", async () => {
    const wish = { name: "wayout-egress", description: "wayout:egress" };
    lab.faults.add({ ...lost, method: "POST", path: "/v2.0/security-groups" });
    await expect(cloud.createSecurityGroup(wish)).rejects.toMatchObject({
      code: "cloud/unavailable",
      retry: true,
    });
    const group = await cloud.createSecurityGroup(wish);
    const all = await cloud.securityGroups();
    expect(all.filter((each) => each.name === wish.name).map((each) => each.id)).toEqual([group.id]);
  });

  test("an EIP: allocated, bound, unbound, released", async () => {
    const wish = { name: "wayout-egress", bandwidthMbit: 10 };
    lab.faults.add({ ...lost, method: "POST", path: /publicips$/ });
    await expect(cloud.allocatePublicIp(wish)).rejects.toMatchObject({ code: "cloud/unavailable" });
    const eip = await cloud.allocatePublicIp(wish);
    expect(await cloud.allocatePublicIp(wish)).toEqual(eip);
    expect((await cloud.publicIps()).filter((each) => each.name === wish.name)).toEqual([eip]);
    expect(eip).toEqual({ id: eip.id, address: expect.stringMatching(/^203\.0\.113\./), name: wish.name });

    for (const _ of ["once", "again"]) {
      lab.faults.add({ ...lost, method: "PUT" });
      await cloud.bindPublicIp(eip.id, lab.clientPort.id);
      lab.faults.clear();
    }
    expect(lab.state.publicIps.get(eip.id)?.portId).toBe(lab.clientPort.id);
    await expect(cloud.bindPublicIp(eip.id, lab.proxyPort.id)).rejects.toMatchObject({
      code: "cloud/conflict",
    });
    expect(lab.state.publicIps.get(eip.id)?.portId).toBe(lab.clientPort.id);
    await expect(cloud.releasePublicIp(eip.id)).rejects.toMatchObject({ code: "cloud/conflict" });
    for (const _ of ["once", "again"]) await cloud.unbindPublicIp(eip.id);
    expect(lab.state.publicIps.get(eip.id)?.portId).toBe("");
    for (const _ of ["once", "again"]) await cloud.releasePublicIp(eip.id);
    expect(lab.state.publicIps.has(eip.id)).toBe(false);
    await cloud.unbindPublicIp(eip.id);
  });

  test("an EIP can be bound to a virtual IP", async () => {
    const vip = addVirtualIp(lab.state, { subnetId: lab.subnet.id, name: "vip" });
    const eip = await cloud.allocatePublicIp({ name: "wayout-vip", bandwidthMbit: 1 });
    await cloud.bindPublicIp(eip.id, vip.id);
    expect((await cloud.publicIps()).find((each) => each.id === eip.id)).toMatchObject({
      nicId: vip.id,
      privateIp: vip.ip,
    });
  });

  test("a route table with more routes than one call takes, and its subnets", async () => {
    const routes = Array.from({ length: 13 }, (_, at) => defaultRoute({ destination: `198.51.${at}.0/24` }));
    const local: Route = { destination: "192.168.125.0/24", type: "local", nextHop: "", description: "" };
    const wish = {
      vpcId: lab.vpc.id,
      name: "rtb-wayout",
      description: "wayout:egress",
      routes: [local, ...routes],
    };
    const table = await cloud.createRouteTable(wish);
    expect(await cloud.createRouteTable(wish)).toEqual(table);
    const written = table.routes.filter((route) => route.type !== "local");
    expect(written.sort((a, b) => a.destination.localeCompare(b.destination))).toEqual(
      [...routes].sort((a, b) => a.destination.localeCompare(b.destination)),
    );
    expect(table.isDefault).toBe(false);
    expect((await cloud.routeTables(lab.vpc.id)).map((each) => each.isDefault).sort()).toEqual([false, true]);

    for (const _ of ["once", "again"]) await cloud.associateSubnets(table.id, [lab.subnet.id]);
    expect(tableOfSubnet(lab.state, lab.subnet.id)?.id).toBe(table.id);
    await expect(cloud.deleteRouteTable(table.id)).rejects.toThrow();
    for (const _ of ["once", "again"]) await cloud.disassociateSubnets(table.id, [lab.subnet.id]);
    expect(tableOfSubnet(lab.state, lab.subnet.id)?.id).toBe(lab.table.id);
    for (const _ of ["once", "again"]) await cloud.deleteRouteTable(table.id);
    expect(await cloud.routeTable(table.id)).toBeUndefined();
  });
});

describe("what is not ours is left alone", () => {
  test("adding a route where another one is, is a conflict, and changes nothing", async () => {
    await cloud.addRoute(lab.table.id, defaultRoute({ description: "somebody's" }));
    await expect(cloud.addRoute(lab.table.id, defaultRoute())).rejects.toMatchObject({
      code: "cloud/conflict",
      cloudCode: "VPC.2812",
    });
    expect((await cloud.routeTable(lab.table.id))?.routes).toContainEqual(
      defaultRoute({ description: "somebody's" }),
    );
  });

  test("deleting a route that leads elsewhere by now is a conflict, and leaves it", async () => {
    const theirs = defaultRoute({ nextHop: lab.client.id });
    await cloud.addRoute(lab.table.id, theirs);
    await expect(cloud.deleteRoute(lab.table.id, defaultRoute())).rejects.toMatchObject({
      code: "cloud/conflict",
    });
    expect((await cloud.routeTable(lab.table.id))?.routes).toContainEqual(theirs);
  });

  test("a route of the cloud's own kind is not written", async () => {
    const route = defaultRoute({ type: "local" });
    await expect(cloud.addRoute(lab.table.id, route)).rejects.toMatchObject({ code: "cloud/not-supported" });
  });
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
    lab.faults.add({ kind: "hang", calls: 1, method: "GET" });
    expect(await cloud.subnets()).toHaveLength(1);
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
    const failed = cloud.addRoute(lab.table.id, defaultRoute());
    await expect(failed).rejects.toMatchObject({ code, retry: true });
    lab.faults.clear();
    expect(JSON.stringify(lab.state.routeTables.get(lab.table.id))).toBe(before);
    await cloud.addRoute(lab.table.id, defaultRoute());
  });

  test("a wrong password and an unknown project are told apart", async () => {
    const domain = { name: lab.state.project.domainName };
    const user = { name: "lab", domain };
    const reading = (password: string, project: string) =>
      openCloud(
        configFor(lab.url, {
          credentials: { kind: "password", user, password: new Secret(password) },
          project: { name: project, domain },
        }),
      ).vpcs();
    await expect(reading("not the one", "eu-de_lab")).rejects.toMatchObject({ code: "cloud/unauthorized" });
    await expect(reading("secret", "eu-de_lob")).rejects.toThrow(
      "no project eu-de_lob; did you mean eu-de_lab?",
    );
  });
});

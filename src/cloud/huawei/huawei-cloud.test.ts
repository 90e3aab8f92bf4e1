/** The driver against the lab's API in its Huawei profile, with an access key: what is not as on OTC. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addRouteTable, addSubnet, addVpc } from "../../lab/api/operations/index.ts";
import { demoApi } from "../../lab/api/testing/demo-api.ts";
import { addVirtualIp } from "../../lab/api/testing/virtual-ip.ts";
import { LabState } from "../../lab/state.ts";
import type { Cloud } from "../cloud.ts";
import { openCloud } from "../open-cloud.ts";
import { pageSize } from "../paging.ts";
import { accessKeyConfig, type LabCloud, labConfig, openLabCloud } from "../testing/lab-cloud.ts";
import { startSmallCloud } from "../testing/small-cloud.ts";

let lab: LabCloud["lab"];
let cloud: Cloud;
let callsSince: LabCloud["callsSince"];
let defaultRoute: LabCloud["defaultRoute"];

beforeEach(async () => {
  ({ lab, cloud, callsSince, defaultRoute } = await openLabCloud("huawei"));
});

afterEach(() => lab.close());

describe("logging in", () => {
  test("the project is looked up by its name, once, and no token is asked for", async () => {
    const mark = lab.calls().length;
    await cloud.vpcs();
    await cloud.subnets();
    const paths = lab
      .calls()
      .slice(mark)
      .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
    expect(paths.filter((path) => path === "GET /v3/projects")).toHaveLength(1);
    expect(paths.filter((path) => path.includes("auth"))).toEqual([]);
  });

  test("a wrong secret key is told as that", async () => {
    const config = accessKeyConfig(lab, "huaweicloud", "not the one");
    await expect(openCloud(config).vpcs()).rejects.toMatchObject({
      code: "cloud/unauthorized",
      cloudCode: "APIGW.0301",
    });
  });

  test("a user's password does as well, and the catalog then says where the services are", async () => {
    const config = { ...labConfig(lab), profile: "huaweicloud" };
    // The lab's catalog names no EIP service, and a host of Huawei's is no lab's.
    const reader = openCloud({ ...config, endpoints: { eip: lab.url } });
    expect(await reader.natGateways(lab.vpc.id)).toEqual([]);
    expect((await reader.publicIps()).map(({ id }) => id)).toEqual([lab.eip.id]);
    expect((await reader.nics({ serverId: lab.proxy.id })).map(({ id }) => id)).toEqual([lab.proxyPort.id]);
  });

  test("OTC's way of signing is taken by a cloud like OTC, and Huawei's is not", async () => {
    const otc = await demoApi({ state: new LabState("otc") });
    try {
      expect(await openCloud(accessKeyConfig(otc, "otc")).vpcs()).toHaveLength(1);
      await expect(openCloud(accessKeyConfig(otc, "huaweicloud")).vpcs()).rejects.toMatchObject({
        code: "cloud/unauthorized",
      });
    } finally {
      await otc.close();
    }
  });
});

describe("reading", () => {
  test("each list is one call: ports by v1, NAT gateways by v2", async () => {
    await cloud.vpcs();
    const mark = lab.calls().length;
    await cloud.nics();
    await cloud.nic(lab.proxyPort.id);
    await cloud.natGateways(lab.vpc.id);
    await cloud.publicIps();
    await cloud.servers();
    expect(callsSince(mark)).toEqual([
      "GET /v1/PROJECT/ports",
      `GET /v1/PROJECT/ports/${lab.proxyPort.id}`,
      "GET /v2/PROJECT/nat_gateways",
      "GET /v1/PROJECT/publicips",
      "GET /v1/PROJECT/cloudservers/detail",
    ]);
  });

  test("ports are followed page by page where there are no links", async () => {
    const before = (await cloud.nics()).length;
    const wide = addSubnet(lab.state, { vpcId: lab.vpc.id, name: "wide", cidr: "192.168.64.0/20" });
    for (let made = 0; made < pageSize; made += 1) {
      addVirtualIp(lab.state, { subnetId: wide.id, name: `vip-${made}` });
    }
    // The subnet's own gateway is a port too.
    expect(await cloud.nics()).toHaveLength(before + pageSize + 1);
  });

  test("the tables of the asked VPC are read one by one, and no others", async () => {
    const other = addVpc(lab.state, { name: "vpc-other", cidr: "10.0.0.0/16" });
    for (let at = 0; at < 9; at += 1) addRouteTable(lab.state, { vpcId: lab.vpc.id, name: `rtb-${at}` });
    await cloud.addRoute(lab.table.id, defaultRoute());
    const mark = lab.calls().length;
    const tables = await cloud.routeTables(lab.vpc.id);
    expect(tables).toHaveLength(10);
    expect(tables.filter((table) => table.isDefault).map(({ id }) => id)).toEqual([lab.table.id]);
    expect(tables.find((table) => table.isDefault)?.routes).toContainEqual(defaultRoute());
    const calls = callsSince(mark);
    expect(calls).toHaveLength(11);
    expect(calls[0]).toBe("GET /v1/PROJECT/routetables");
    const ofOther = lab.state.routeTables.values().find((table) => table.vpcId === other.id);
    expect(calls.join()).not.toContain(ofOther?.id);
  });
});

test("tables are read four at a time at most", async () => {
  const ids = Array.from({ length: 12 }, (_, at) => `table-${at}`);
  let held: (() => void)[] = [];
  await using server = await startSmallCloud(async ({ url }) => {
    const id = url.pathname.split("/").at(-1) ?? "";
    if (id === "routetables") {
      const listed = ids.map((each) => ({ id: each, vpc_id: "v", default: each === "table-0" }));
      return { status: 200, body: { routetables: listed } };
    }
    // Held until four are there: a fifth one would have been sent by then.
    await new Promise<void>((answer) => {
      held.push(answer);
      if (held.length < 4) return;
      for (const each of held) each();
      held = [];
    });
    const table = { id, vpc_id: "v", default: id === "table-0", routes: [], subnets: [] };
    return { status: 200, body: { routetable: table } };
  });
  const config = accessKeyConfig({ ...lab, url: server.origin }, "huaweicloud");
  const reader = openCloud({ ...config, project: { id: "p-1" } });
  expect((await reader.routeTables("v")).map(({ id }) => id)).toEqual(ids);
  expect(server.widest()).toBe(4);
});

describe("every write of a port leaves the same when it is made twice, or when its answer was lost", () => {
  const lost = { kind: "lose-answer", calls: 1 } as const;

  test("the source/destination check", async () => {
    const [pairs = []] = cloud.traits.anyAddressPairs;
    lab.faults.add({ ...lost, method: "PUT" });
    for (const _ of ["once", "again"]) await cloud.setAddressPairs(lab.proxyPort.id, pairs);
    expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual([{ ip_address: "1.1.1.1/0" }]);
    await cloud.setAddressPairs(lab.proxyPort.id, []);
    expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual([]);
  });

  test("a NIC's security groups", async () => {
    const group = await cloud.createSecurityGroup({ name: "wayout-egress", description: "wayout:egress" });
    expect(await cloud.createSecurityGroup({ name: "wayout-egress", description: "wayout:egress" })).toEqual(
      group,
    );
    for (const _ of ["once", "again"]) await cloud.setNicSecurityGroups(lab.proxyPort.id, [group.id]);
    expect((await cloud.nic(lab.proxyPort.id))?.securityGroupIds).toEqual([group.id]);
  });

  test("a virtual IP: made, bound to two NICs, deleted", async () => {
    const wish = { subnetId: lab.subnet.id, name: "wayout-egress-inner", ip: "192.168.125.200" };
    lab.faults.add({ ...lost, method: "POST", path: /ports$/ });
    await expect(cloud.createVirtualIp(wish)).rejects.toMatchObject({ code: "cloud/unavailable" });
    const vip = await cloud.createVirtualIp(wish);
    expect(await cloud.createVirtualIp(wish)).toEqual(vip);
    expect(vip).toMatchObject({ ip: wish.ip, owner: "neutron:VIP_PORT", serverId: "" });
    const pairs = [{ ip_address: lab.proxyPort.ip }, { ip_address: lab.clientPort.ip }];
    for (const _ of ["once", "again"]) await cloud.setAddressPairs(vip.id, pairs);
    expect((await cloud.nic(vip.id))?.addressPairs).toEqual(pairs);
    for (const _ of ["once", "again"]) await cloud.deleteVirtualIp(vip.id);
    expect(await cloud.nic(vip.id)).toBeUndefined();
  });

  test("a route, a table, an EIP: the same files as on OTC, with signed bodies", async () => {
    for (const _ of ["once", "again"]) await cloud.addRoute(lab.table.id, defaultRoute());
    await cloud.changeRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
    await cloud.deleteRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
    const wish = {
      vpcId: lab.vpc.id,
      name: "rtb-own",
      description: "wayout:egress",
      routes: [defaultRoute()],
    };
    const table = await cloud.createRouteTable(wish);
    expect(await cloud.createRouteTable(wish)).toEqual(table);
    await cloud.associateSubnets(table.id, [lab.subnet.id]);
    await cloud.disassociateSubnets(table.id, [lab.subnet.id]);
    await cloud.deleteRouteTable(table.id);
    const eip = await cloud.allocatePublicIp({ name: "wayout-egress", bandwidthMbit: 5 });
    await cloud.bindPublicIp(eip.id, lab.clientPort.id);
    expect(lab.state.publicIps.get(eip.id)?.portId).toBe(lab.clientPort.id);
  });
});

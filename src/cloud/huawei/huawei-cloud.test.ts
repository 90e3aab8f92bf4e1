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

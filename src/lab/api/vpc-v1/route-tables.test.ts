import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addServer, addSubnet, addVpc, removeServer } from "../operations/index.ts";
import { type DemoApi, demoApi, listAt, textAt } from "../testing/demo-api.ts";
import { addVirtualIp } from "../testing/virtual-ip.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const tables = "/v1/PROJECT/routetables";
const viaProxy = (destination = "0.0.0.0/0") => ({ type: "ecs", destination, nexthop: demo.proxy.id });
const change = (routes: object, id = demo.table.id) =>
  demo.ask("PUT", `${tables}/${id}`, { routetable: { routes } });

async function routesOf(id = demo.table.id) {
  return listAt(await demo.ask("GET", `${tables}/${id}`), "routetable.routes");
}

const local = ["192.168.125.0/24", "127.0.0.0/8", "100.64.0.0/10", "198.19.128.0/20"].map((destination) => ({
  type: "local",
  destination,
  nexthop: "-",
  description: "",
}));

describe("reading route tables", () => {
  it("lists local routes always, and leaves `default` out of the list but not out of the table", async () => {
    const list = await demo.ask("GET", `${tables}?vpc_id=${demo.vpc.id}`);
    expect(list.body).toMatchObject({ routetables: [{ id: demo.table.id, routes: local }] });
    expect(list.body).not.toHaveProperty("routetables.0.default");
    const one = await demo.ask("GET", `${tables}/${demo.table.id}`);
    expect(one.body).toMatchObject({ routetable: { default: true, subnets: [{ id: demo.subnet.id }] } });
  });

  it("finds the table of a subnet by the network's id", async () => {
    const other = addVpc(demo.state, { name: "other", cidr: "10.0.0.0/8" });
    const found = await demo.ask("GET", `${tables}?subnet_id=${demo.subnet.id}`);
    expect(found.body).toMatchObject({ routetables: [{ vpc_id: demo.vpc.id }] });
    expect((await demo.ask("GET", `${tables}?vpc_id=${other.id}`)).body).toMatchObject({
      routetables: [{ subnets: [] }],
    });
  });

  it("says 404 VPC.2808 for a table that is not there", async () => {
    expect(await demo.ask("GET", `${tables}/nope`)).toMatchObject({
      status: 404,
      body: { code: "VPC.2808" },
    });
  });
});

describe("changing routes", () => {
  it("adds, modifies in place and deletes, and leaves the other routes as they are", async () => {
    const add = [viaProxy(), { ...viaProxy("10.8.0.0/16"), description: "kept" }];
    expect((await change({ add })).status).toBe(200);
    const mod = [{ type: "ecs", destination: "0.0.0.0/0", nexthop: demo.client.id }];
    await change({ mod });
    expect((await routesOf()).slice(4)).toMatchObject([mod[0], add[1]]);
    await change({ del: [{ destination: "0.0.0.0/0" }] });
    expect((await routesOf()).slice(4)).toMatchObject([add[1]]);
  });

  it("refuses a second route to one destination with VPC.2812", async () => {
    await change({ add: [viaProxy()] });
    const again = await change({ add: [{ ...viaProxy(), nexthop: demo.client.id }] });
    expect(again).toMatchObject({ status: 400, body: { code: "VPC.2812" } });
    expect((await routesOf()).at(-1)).toMatchObject({ nexthop: demo.proxy.id });
  });

  it("does not delete a local route, nor take one inside it", async () => {
    const del = await change({ del: [{ destination: "100.64.0.0/10" }] });
    expect(del).toMatchObject({ status: 400, body: { code: "VPC.2809" } });
    const add = await change({ add: [viaProxy("100.125.4.0/24")] });
    expect(add).toMatchObject({ status: 400, body: { code: "VPC.2809" } });
    expect(await routesOf()).toEqual(local);
  });

  it("takes a server as next hop only if it is in the VPC", async () => {
    const vpc = addVpc(demo.state, { name: "other", cidr: "10.0.0.0/8" });
    const subnet = addSubnet(demo.state, { vpcId: vpc.id, name: "o", cidr: "10.0.0.0/24" });
    const { server } = addServer(demo.state, { name: "stranger", nics: [{ subnetId: subnet.id }] });
    for (const nexthop of [server.id, "192.168.125.4", "nope"]) {
      expect((await change({ add: [{ ...viaProxy(), nexthop }] })).status).toBe(400);
    }
  });

  it("takes a virtual IP by its address and a NIC by its id", async () => {
    const vip = addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    const add = [
      { type: "vip", destination: "0.0.0.0/0", nexthop: vip.ip },
      { type: "eni", destination: "10.0.0.0/8", nexthop: demo.proxyPort.id },
    ];
    expect((await change({ add })).status).toBe(200);
    const wrong = [
      { type: "vip", destination: "10.1.0.0/16", nexthop: vip.id },
      { type: "vip", destination: "10.1.0.0/16", nexthop: demo.proxyPort.ip },
      { type: "eni", destination: "10.1.0.0/16", nexthop: vip.id },
    ];
    for (const route of wrong) expect((await change({ add: [route] })).status).toBe(400);
  });

  it("refuses destinations that are no network, types that do not exist and long descriptions", async () => {
    const wrong = [
      viaProxy("1.1.1.1/0"),
      viaProxy("10.0.0.1/8"),
      viaProxy("10.0.0.0"),
      { ...viaProxy(), type: "local" },
      { ...viaProxy(), type: "egw" },
      { ...viaProxy(), description: "<b>" },
      { type: "ecs", destination: "0.0.0.0/0" },
    ];
    for (const route of wrong) expect(await change({ add: [route] })).toMatchObject({ status: 400 });
    expect(await routesOf()).toEqual(local);
  });

  it("takes routes of type vpn and dc in custom tables only", async () => {
    const vpn = { type: "vpn", destination: "10.0.0.0/8", nexthop: "8f6f2f5e-3c3b-4a37-8b8e-0f2d5f9c7d11" };
    expect((await change({ add: [vpn] })).status).toBe(400);
    const routetable = { vpc_id: demo.vpc.id, name: "custom", routes: [vpn] };
    expect((await demo.ask("POST", tables, { routetable })).status).toBe(200);
  });

  it("stops at the quota of routes", async () => {
    demo.state.quotas = { ...demo.state.quotas, routesPerTable: 2 };
    await change({ add: [viaProxy("10.0.0.0/8"), viaProxy("11.0.0.0/8")] });
    expect(await change({ add: [viaProxy("12.0.0.0/8")] })).toMatchObject({ status: 409 });
  });

  it("loses the routes of a deleted server without a word", async () => {
    await change({ add: [viaProxy()] });
    removeServer(demo.state, demo.proxy.id);
    expect(await routesOf()).toEqual(local);
  });
});

describe("a route table of one's own", () => {
  const create = (fields: object) =>
    demo.ask("POST", tables, { routetable: { vpc_id: demo.vpc.id, name: "own", ...fields } });

  async function createdId(fields: object = {}): Promise<string> {
    return textAt(await create(fields), "routetable.id");
  }

  it("is made with at most five routes; more come afterwards", async () => {
    const routes = [1, 2, 3, 4, 5, 6].map((each) => viaProxy(`10.${each}.0.0/16`));
    expect(await create({ routes })).toMatchObject({ status: 400 });
    const id = await createdId({ routes: routes.slice(0, 5) });
    expect((await change({ add: routes.slice(5) }, id)).status).toBe(200);
    expect((await routesOf(id)).length).toBe(local.length + 6);
  });

  it("takes subnets over and gives them back to the default table", async () => {
    const id = await createdId();
    const action = (subnets: object) =>
      demo.ask("POST", `${tables}/${id}/action`, { routetable: { subnets } });
    expect(await action({ associate: [demo.subnet.id] })).toMatchObject({
      status: 200,
      body: { routetable: { subnets: [{ id: demo.subnet.id }] } },
    });
    expect(demo.state.routeTables.get(demo.table.id)?.subnetIds).toEqual([]);
    expect((await demo.ask("DELETE", `${tables}/${id}`)).status).toBe(409);
    expect((await action({ disassociate: [demo.subnet.id] })).status).toBe(200);
    expect((await action({ disassociate: [demo.subnet.id] })).status).toBe(400);
    expect(demo.state.routeTables.get(demo.table.id)?.subnetIds).toEqual([demo.subnet.id]);
    expect((await demo.ask("DELETE", `${tables}/${id}`)).status).toBe(204);
  });

  it("is one of at most as many as the quota says, the default one included", async () => {
    for (let nth = 2; nth <= 10; nth++) expect((await create({ name: `t${nth}` })).status).toBe(200);
    expect(await create({ name: "t11" })).toMatchObject({ status: 409, body: { message: /Quota exceeded/ } });
    const { body } = await demo.ask("GET", "/v1/PROJECT/quotas?type=vpcContainRoutetable");
    expect(body).toMatchObject({ quotas: { resources: [{ type: "vpcContainRoutetable", quota: 10 }] } });
  });

  it("is not the default one, which stays", async () => {
    expect((await demo.ask("DELETE", `${tables}/${demo.table.id}`)).status).toBeGreaterThanOrEqual(400);
    expect(demo.state.routeTables.has(demo.table.id)).toBe(true);
  });

  it("takes only subnets of its VPC", async () => {
    const id = await createdId();
    const body = { routetable: { subnets: { associate: ["nope"] } } };
    expect(await demo.ask("POST", `${tables}/${id}/action`, body)).toMatchObject({ status: 400 });
  });
});

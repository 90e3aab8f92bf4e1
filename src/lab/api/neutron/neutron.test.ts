import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabState } from "../../state.ts";
import { addPublicIp, addVpc } from "../operations/index.ts";
import { at, type DemoApi, demoApi, idsAt, textAt } from "../testing/demo-api.ts";
import { addVirtualIp } from "../testing/virtual-ip.ts";
import { externalNetworkId } from "./networks.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const neutronError = (status: number, type: string) => ({ status, body: { NeutronError: { type } } });

describe("networks and subnets", () => {
  it("are one for each subnet, next to the external network", async () => {
    const internal = await demo.ask("GET", "/v2.0/networks?router:external=False");
    expect(internal.body).toMatchObject({
      networks: [{ id: demo.subnet.id, subnets: [demo.subnet.neutronSubnetId] }],
    });
    expect(idsAt(await demo.ask("GET", "/v2.0/networks?router:external=true"), "networks")).toEqual([
      externalNetworkId,
    ]);
    expect((await demo.ask("GET", `/v2.0/subnets/${demo.subnet.neutronSubnetId}`)).body).toMatchObject({
      subnet: { network_id: demo.subnet.id, cidr: "192.168.125.0/24", gateway_ip: "192.168.125.1" },
    });
    expect(await demo.ask("GET", `/v2.0/subnets/${demo.subnet.id}`)).toMatchObject({ status: 404 });
  });

  it("ignore host routes and keep the gateway's address, as on OTC", async () => {
    const path = `/v2.0/subnets/${demo.subnet.neutronSubnetId}`;
    const host_routes = [{ destination: "0.0.0.0/1", nexthop: "192.168.125.4" }];
    expect((await demo.ask("PUT", path, { subnet: { host_routes } })).body).toMatchObject({
      subnet: { host_routes: [] },
    });
    expect((await demo.ask("PUT", path, { subnet: { gateway_ip: "192.168.125.4" } })).status).toBe(400);
  });

  it("show only the fields that were asked for", async () => {
    const { body } = await demo.ask("GET", "/v2.0/subnets?fields=id&fields=name");
    expect(body).toEqual({ subnets: [{ id: demo.subnet.neutronSubnetId, name: "subnet-app" }] });
  });
});

describe("routers", () => {
  const change = (action: string, routes: object[]) =>
    demo.ask("PUT", `/v2.0/routers/${demo.vpc.id}${action}`, { router: { routes } });
  const hop = { destination: "0.0.0.0/0", nexthop: "192.168.125.4" };

  it("are the VPCs, and add their routes to the default table with the type that the address means", async () => {
    expect((await change("/add_extraroutes", [hop])).body).toMatchObject({
      router: { id: demo.vpc.id, routes: [hop], external_gateway_info: { enable_snat: false } },
    });
    expect(demo.state.routeTables.get(demo.table.id)?.routes).toMatchObject([
      { type: "ecs", nexthop: demo.proxy.id },
    ]);
    const vip = addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    await change("/add_extraroutes", [{ destination: "10.0.0.0/8", nexthop: vip.ip }]);
    expect(demo.state.routeTables.get(demo.table.id)?.routes[1]).toMatchObject({
      type: "vip",
      nexthop: vip.ip,
    });
  });

  it("add and remove routes as often as one likes", async () => {
    for (let nth = 0; nth < 2; nth++) expect((await change("/add_extraroutes", [hop])).status).toBe(200);
    const other = { ...hop, nexthop: "192.168.125.10" };
    expect(at(await change("/remove_extraroutes", [other]), "router.routes")).toEqual([hop]);
    for (let nth = 0; nth < 2; nth++) {
      expect(at(await change("/remove_extraroutes", [hop]), "router.routes")).toEqual([]);
    }
  });

  it("have one route for each destination, unlike Neutron elsewhere", async () => {
    await change("/add_extraroutes", [hop]);
    const second = await change("/add_extraroutes", [{ ...hop, nexthop: "192.168.125.10" }]);
    expect(second).toMatchObject(neutronError(400, "InvalidRoutes"));
  });

  it("replace the whole list on an update", async () => {
    await change("/add_extraroutes", [hop, { ...hop, destination: "10.0.0.0/8" }]);
    const moved = { ...hop, nexthop: "192.168.125.10" };
    expect(at(await change("", [moved]), "router.routes")).toEqual([moved]);
  });

  it("refuse a next hop outside, the router's own address and destinations that are no network", async () => {
    const wrong = [
      { ...hop, nexthop: "10.98.0.5" },
      { ...hop, nexthop: "192.168.125.1" },
    ];
    for (const route of wrong) {
      expect(await change("/add_extraroutes", [route])).toMatchObject(neutronError(400, "InvalidRoutes"));
    }
    expect((await change("", [{ ...hop, destination: "1.1.1.1/0" }])).status).toBe(400);
    expect(await demo.ask("GET", "/v2.0/routers/nope")).toMatchObject(neutronError(404, "RouterNotFound"));
  });

  it("link from page to page", async () => {
    for (let nth = 0; nth < 3; nth++) addVpc(demo.state, { name: `vpc-${nth}`, cidr: "10.0.0.0/16" });
    const first = await demo.ask("GET", "/v2.0/routers?limit=3");
    const second = await demo.ask("GET", textAt(first, "routers_links.0.href"));
    expect([...idsAt(first, "routers"), ...idsAt(second, "routers")]).toEqual(
      [...demo.state.vpcs.keys()].sort(),
    );
    expect(second.body).not.toHaveProperty("routers_links.1");
  });
});

describe("the gateway address of a subnet on plain OpenStack", () => {
  it("cannot be one that the cloud hands out by itself, as Neutron (Zed) says", async () => {
    const plain = await demoApi({ state: new LabState("openstack") });
    try {
      // Where a router has the old address, Neutron says that first.
      const holder = plain.state.ports.get(
        plain.state.ports.withAddress(plain.subnet.id, plain.subnet.gatewayIp) ?? "",
      );
      if (holder) plain.state.ports.delete(holder.id);
      const set = (gateway_ip: string) =>
        plain.ask("PUT", `/v2.0/subnets/${plain.subnet.neutronSubnetId}`, { subnet: { gateway_ip } });
      expect(await set("192.168.125.20")).toMatchObject(
        neutronError(409, "GatewayConflictWithAllocationPools"),
      );
      expect(await set("192.168.125.4")).toMatchObject({
        status: 200,
        body: { subnet: { gateway_ip: "192.168.125.4" } },
      });
    } finally {
      await plain.close();
    }
  });
});

describe("floating IPs", () => {
  it("have any text as description on plain OpenStack, and stay bound when it alone is changed", async () => {
    const plain = await demoApi({ state: new LabState("openstack") });
    try {
      const floatingip = { description: "ecs-proxy: the way out of 10 servers" };
      const changed = await plain.ask("PUT", `/v2.0/floatingips/${plain.eip.id}`, { floatingip });
      expect(changed.body).toMatchObject({ floatingip: { ...floatingip, port_id: plain.proxyPort.id } });
    } finally {
      await plain.close();
    }
  });

  const update = (port_id: string | null, id = demo.eip.id) =>
    demo.ask("PUT", `/v2.0/floatingips/${id}`, { floatingip: { port_id } });

  it("are the EIPs: bound, moved, unbound and given back", async () => {
    expect((await demo.ask("GET", `/v2.0/floatingips?port_id=${demo.proxyPort.id}`)).body).toMatchObject({
      floatingips: [{ id: demo.eip.id, status: "ACTIVE", fixed_ip_address: "192.168.125.4" }],
    });
    expect(at(await update(demo.clientPort.id), "floatingip.port_id")).toBe(demo.clientPort.id);
    expect(at(await update(null), "floatingip.fixed_ip_address")).toBe(null);
    expect((await demo.ask("DELETE", `/v2.0/floatingips/${demo.eip.id}`)).status).toBe(204);
  });

  it("are one for each port", async () => {
    const second = addPublicIp(demo.state);
    expect(await update(demo.proxyPort.id, second.id)).toMatchObject(
      neutronError(409, "FloatingIPPortAlreadyAssociated"),
    );
  });

  it("come from the external network", async () => {
    const create = (floating_network_id: string) =>
      demo.ask("POST", "/v2.0/floatingips", {
        floatingip: { floating_network_id, port_id: demo.clientPort.id },
      });
    expect(await create(externalNetworkId)).toMatchObject({
      status: 201,
      body: { floatingip: { port_id: demo.clientPort.id, status: "DOWN" } },
    });
    expect((await create(demo.subnet.id)).status).toBe(400);
  });
});

describe("security groups", () => {
  const addRule = (rule: object) =>
    demo.ask("POST", "/v2.0/security-group-rules", { security_group_rule: rule });

  it("are made with rules out to everywhere and in from themselves, and filled rule by rule", async () => {
    const made = await demo.ask("POST", "/v2.0/security-groups", { security_group: { name: "proxy" } });
    const id = textAt(made, "security_group.id");
    expect(idsAt(made, "security_group.security_group_rules")).toHaveLength(4);
    const rule = { security_group_id: id, direction: "ingress", remote_ip_prefix: "192.168.125.0/24" };
    const added = await addRule(rule);
    expect(added).toMatchObject({ status: 201, body: { security_group_rule: { ...rule, protocol: null } } });
    expect(await addRule(rule)).toMatchObject(neutronError(409, "SecurityGroupRuleExists"));
    const listed = await demo.ask(
      "GET",
      `/v2.0/security-group-rules?security_group_id=${id}&direction=ingress`,
    );
    expect(idsAt(listed, "security_group_rules")).toHaveLength(3);
    const ruleId = textAt(added, "security_group_rule.id");
    expect((await demo.ask("DELETE", `/v2.0/security-group-rules/${ruleId}`)).status).toBe(204);
    expect(await demo.ask("DELETE", `/v2.0/security-group-rules/${ruleId}`)).toMatchObject(
      neutronError(404, "SecurityGroupRuleNotFound"),
    );
    expect((await demo.ask("DELETE", `/v2.0/security-groups/${id}`)).status).toBe(204);
  });

  it("refuse rules that say two things or nothing", async () => {
    const [id = ""] = idsAt(await demo.ask("GET", "/v2.0/security-groups?name=default"), "security_groups");
    const base = { security_group_id: id, direction: "ingress", protocol: "tcp" };
    const wrong = [
      { ...base, remote_ip_prefix: "10.0.0.0/8", remote_group_id: id },
      { ...base, port_range_min: 30, port_range_max: 20 },
      { ...base, port_range_min: 30 },
      { ...base, protocol: null, port_range_min: 1, port_range_max: 2 },
      { ...base, protocol: "none-such" },
      { ...base, remote_ip_prefix: "somewhere" },
      { ...base, direction: "sideways" },
    ];
    for (const rule of wrong) expect(await addRule(rule)).toMatchObject({ status: 400 });
    expect(await addRule({ ...base, remote_group_id: "nope" })).toMatchObject(
      neutronError(404, "SecurityGroupNotFound"),
    );
  });

  it("keep the one named default", async () => {
    const [id = ""] = idsAt(await demo.ask("GET", "/v2.0/security-groups?name=default"), "security_groups");
    expect(await demo.ask("DELETE", `/v2.0/security-groups/${id}`)).toMatchObject(
      neutronError(409, "SecurityGroupCannotRemoveDefault"),
    );
  });

  it("end with their quota", async () => {
    demo.state.quotas = { ...demo.state.quotas, securityGroups: 1, securityGroupRules: 4 };
    const group = await demo.ask("POST", "/v2.0/security-groups", { security_group: { name: "more" } });
    expect(group).toMatchObject(neutronError(409, "OverQuota"));
    const [id = ""] = idsAt(await demo.ask("GET", "/v2.0/security-groups"), "security_groups");
    const rule = { security_group_id: id, direction: "ingress", remote_ip_prefix: "10.0.0.0/8" };
    expect(await addRule(rule)).toMatchObject(neutronError(409, "OverQuota"));
  });
});

describe("what OTC has beside Neutron", () => {
  it("knows routes of /v2.0/vpc/routes for peerings only", async () => {
    const route = { type: "ecs", nexthop: demo.proxy.id, destination: "0.0.0.0/0", vpc_id: demo.vpc.id };
    expect((await demo.ask("POST", "/v2.0/vpc/routes", { route })).status).toBe(400);
    expect(
      (await demo.ask("POST", "/v2.0/vpc/routes", { route: { ...route, type: "peering" } })).status,
    ).toBe(404);
  });

  it("has extensions to ask for, and no NAT gateways", async () => {
    expect((await demo.ask("GET", "/v2.0/extensions/allowed-address-pairs")).status).toBe(200);
    expect((await demo.ask("GET", "/v2.0/extensions/revision-if-match")).status).toBe(404);
    expect((await demo.ask("GET", `/v2.0/nat_gateways?router_id=${demo.vpc.id}`)).body).toEqual({
      nat_gateways: [],
    });
  });
});

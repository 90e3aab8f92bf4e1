import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, type DemoApi, demoApi, listAt, textAt } from "../testing/demo-api.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

describe("VPCs and subnets", () => {
  it("are created, shown with each other's ids, renamed and deleted", async () => {
    const vpcs = "/v1/PROJECT/vpcs";
    const made = await demo.ask("POST", vpcs, { vpc: { name: "vpc-b", cidr: "10.0.0.0/16" } });
    const vpcId = textAt(made, "vpc.id");
    expect(at(made, "vpc")).toMatchObject({ status: "OK", enable_shared_snat: false, routes: [] });
    const wish = { name: "s", cidr: "10.0.1.0/24", gateway_ip: "10.0.1.1", vpc_id: vpcId };
    const subnet = await demo.ask("POST", "/v1/PROJECT/subnets", { subnet: wish });
    const subnetId = textAt(subnet, "subnet.id");
    expect(at(subnet, "subnet.neutron_network_id")).toBe(subnetId);
    expect(at(subnet, "subnet.neutron_subnet_id")).not.toBe(subnetId);
    expect((await demo.ask("GET", `/v1/PROJECT/subnets?vpc_id=${vpcId}`)).body).toEqual({
      subnets: [at(subnet, "subnet")],
    });
    const renamed = await demo.ask("PUT", `${vpcs}/${vpcId}`, { vpc: { name: "vpc-c" } });
    expect(renamed.body).toMatchObject({ vpc: { name: "vpc-c", cidr: "10.0.0.0/16" } });
    expect(await demo.ask("DELETE", `${vpcs}/${vpcId}`)).toMatchObject({
      status: 409,
      body: { code: "VPC.0104" },
    });
    expect((await demo.ask("DELETE", `${vpcs}/${vpcId}/subnets/${subnetId}`)).status).toBe(204);
    expect((await demo.ask("DELETE", `${vpcs}/${vpcId}`)).status).toBe(204);
  });

  it("show the default table's routes in the VPC's legacy list, which cannot be written", async () => {
    const routetable = {
      routes: { add: [{ type: "ecs", destination: "0.0.0.0/0", nexthop: demo.proxy.id }] },
    };
    await demo.ask("PUT", `/v1/PROJECT/routetables/${demo.table.id}`, { routetable });
    const path = `/v1/PROJECT/vpcs/${demo.vpc.id}`;
    expect((await demo.ask("GET", path)).body).toMatchObject({
      vpc: { routes: [{ destination: "0.0.0.0/0", nexthop: "192.168.125.4" }] },
    });
    expect((await demo.ask("PUT", path, { vpc: { routes: [] } })).status).toBe(400);
  });

  it("refuse what does not fit, each with its code", async () => {
    const subnet = (fields: object) =>
      demo.ask("POST", "/v1/PROJECT/subnets", {
        subnet: {
          name: "s",
          cidr: "192.168.1.0/24",
          gateway_ip: "192.168.1.1",
          vpc_id: demo.vpc.id,
          ...fields,
        },
      });
    expect(await subnet({ cidr: "192.168.125.128/25" })).toMatchObject({
      status: 400,
      body: { code: "VPC.0204" },
    });
    expect(await subnet({ cidr: "10.0.0.0/24" })).toMatchObject({ status: 400, body: { code: "VPC.0203" } });
    expect(await subnet({ vpc_id: "nope" })).toMatchObject({ status: 404, body: { code: "VPC.0003" } });
    const vpc = (fields: object) => demo.ask("POST", "/v1/PROJECT/vpcs", { vpc: { name: "v", ...fields } });
    expect(await vpc({ cidr: "10.0.0.1/8" })).toMatchObject({ status: 400, body: { code: "VPC.0101" } });
    expect(await vpc({})).toMatchObject({ status: 400, body: { code: "VPC.0101" } });
    const twin = await vpc({ name: "vpc-demo", cidr: "10.0.0.0/8" });
    expect(twin).toMatchObject({ status: 400, body: { code: "VPC.0115" } });
    const inUse = await demo.ask("DELETE", `/v1/PROJECT/vpcs/${demo.vpc.id}/subnets/${demo.subnet.id}`);
    expect(inUse).toMatchObject({ status: 500, body: { code: "VPC.0208" } });
  });

  it("have no secondary ranges in v3", async () => {
    const { body } = await demo.ask("GET", "/v3/PROJECT/vpc/vpcs");
    expect(body).toMatchObject({
      vpcs: [{ id: demo.vpc.id, extend_cidrs: [] }],
      page_info: { current_count: 1 },
    });
    const one = { id: demo.vpc.id, name: "vpc-demo", extend_cidrs: [] };
    expect((await demo.ask("GET", `/v3/PROJECT/vpc/vpcs/${demo.vpc.id}`)).body).toMatchObject({ vpc: one });
    expect(await demo.ask("GET", "/v3/PROJECT/vpc/vpcs/none")).toMatchObject({
      status: 404,
      body: { code: "VPC.0003" },
    });
  });
});

describe("quotas of VPC v1", () => {
  it("say what is in use and what is allowed, as the state has it", async () => {
    demo.state.quotas = { ...demo.state.quotas, publicIps: 3 };
    const resources = listAt(await demo.ask("GET", "/v1/PROJECT/quotas"), "quotas.resources");
    expect(resources).toContainEqual({ type: "publicIp", used: 1, quota: 3, min: 0 });
    expect(resources).toContainEqual({ type: "securityGroupRule", used: 4, quota: 5000, min: 0 });
    expect((await demo.ask("GET", "/v1/PROJECT/quotas?type=nope")).status).toBe(400);
  });
});

describe("security groups of VPC v1", () => {
  it("are the same ones as Neutron's", async () => {
    const made = await demo.ask("POST", "/v1/PROJECT/security-groups", { security_group: { name: "proxy" } });
    const groupId = textAt(made, "security_group.id");
    const rule = {
      security_group_id: groupId,
      direction: "ingress",
      protocol: "tcp",
      port_range_min: 22,
      port_range_max: 22,
      remote_ip_prefix: "192.168.125.0/24",
    };
    const added = await demo.ask("POST", "/v1/PROJECT/security-group-rules", { security_group_rule: rule });
    expect(added).toMatchObject({ status: 200, body: { security_group_rule: rule } });
    expect((await demo.ask("GET", `/v2.0/security-groups/${groupId}`)).body).toMatchObject({
      security_group: { name: "proxy", security_group_rules: { 4: rule } },
    });
    const again = await demo.ask("POST", "/v1/PROJECT/security-group-rules", { security_group_rule: rule });
    expect(again).toMatchObject({ status: 409, body: { message: /already exists/ } });
    const ruleId = textAt(added, "security_group_rule.id");
    expect((await demo.ask("DELETE", `/v1/PROJECT/security-group-rules/${ruleId}`)).status).toBe(204);
    expect((await demo.ask("DELETE", `/v1/PROJECT/security-groups/${groupId}`)).status).toBe(204);
    expect(await demo.ask("GET", `/v1/PROJECT/security-groups/${groupId}`)).toMatchObject({
      status: 404,
      body: { code: "VPC.0603" },
    });
  });
});

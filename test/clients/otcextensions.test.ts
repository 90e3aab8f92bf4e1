/** OTC's own Python SDK makes, lists, changes and deletes in the lab's cloud. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { flavors, images } from "../../src/lab/api/flavors.ts";
import { openLab } from "../../src/lab/client/labs.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { cloudState, labCloud } from "../lab/world-state.ts";
import { type Call, otcextensions } from "./otcextensions.ts";

const lab = "clients-otcext";
const withId = z.looseObject({ id: z.string() });
let project = "";
let start: unknown;
const call = (...calls: readonly Call[]) => otcextensions(lab, ...calls);

beforeAll(async () => {
  await must("lab", "up", "empty", "--fabric", "none", "--name", lab);
  project = (await openLab(lab)).cloud.auth.project_id;
  start = await cloudState(lab);
});
afterAll(() => wayout("lab", "down", "--name", lab));

/** A VPC with a subnet, made by the SDK, taken away again after `work`. */
async function inVpc(work: (vpcId: string, subnetId: string) => Promise<void>): Promise<void> {
  const [vpc, subnet] = await call(
    ["vpc", "create_vpc", { name: "vpc-py", cidr: "10.5.0.0/16" }],
    ["vpc", "create_subnet", { name: "sn", vpc_id: "$0.id", cidr: "10.5.1.0/24", gateway_ip: "10.5.1.1" }],
  );
  const [vpcId, subnetId] = [withId.parse(vpc).id, withId.parse(subnet).id];
  await work(vpcId, subnetId);
  // A subnet is deleted by the object only: by its id the SDK does not find the project for the path.
  const [, inUse, , , ...gone] = await call(
    ["vpc", "get_subnet", { subnet: subnetId }],
    ["vpc", "delete_vpc", { vpc: vpcId, ignore_missing: false }],
    ["vpc", "delete_subnet", { subnet: "$0", vpc_id: vpcId, ignore_missing: false }],
    ["vpc", "delete_vpc", { vpc: vpcId, ignore_missing: false }],
    ["vpc", "get_vpc", { vpc: vpcId }],
  );
  expect([inUse, ...gone]).toMatchObject([{ status: 409 }, { status: 404 }]);
  expect(await cloudState(lab)).toEqual(start);
}

test("VPCs and subnets are made, found, listed, renamed and deleted", async () => {
  await inVpc(async (vpcId, subnetId) => {
    const [vpcs, subnets, found] = await call(
      ["vpc", "vpcs"],
      ["vpc", "subnets", { vpc_id: vpcId }],
      ["vpc", "find_subnet", { name_or_id: "sn" }],
      ["vpc", "update_vpc", { vpc: vpcId, name: "vpc-new" }],
      ["vpc", "update_subnet", { subnet: subnetId, vpc_id: vpcId, name: "sn-new" }],
    );
    expect(vpcs).toMatchObject([{ id: vpcId, name: "vpc-py", cidr: "10.5.0.0/16", status: "OK" }]);
    expect(subnets).toMatchObject([{ id: subnetId, vpc_id: vpcId, gateway_ip: "10.5.1.1" }]);
    expect(found).toMatchObject({ id: subnetId, neutron_network_id: subnetId });
    expect(await cloudState(lab)).toMatchObject({
      vpcs: [{ id: vpcId, name: "vpc-new" }],
      subnets: [{ id: subnetId, name: "sn-new" }],
    });
  });
});

test("EIPs are made, listed, bound, unbound and released; a server is made, listed and changed", async () => {
  await inVpc(async (vpcId, subnetId) => {
    // The SDK has no methods for ECS v1: its calls are made with its session, as its users make them.
    const server = {
      name: "ecs-py",
      imageRef: images[0].id,
      flavorRef: flavors[1].id,
      vpcid: vpcId,
      nics: [{ subnet_id: subnetId }],
      root_volume: { volumetype: "SSD" },
    };
    const [created] = await call(["ecs", "post", { url: "/cloudservers", json: { server } }]);
    const { job_id: job, serverIds } = z
      .object({ job_id: z.string(), serverIds: z.tuple([z.string()]) })
      .parse(created);
    const status = async () => (await call(["ecs", "get", { url: `/jobs/${job}` }]))[0];
    await expect.poll(status, { timeout: 60_000 }).toMatchObject({ status: "SUCCESS" });

    const [servers, ports] = await call(
      ["compute", "servers", { name: "ecs-py" }],
      ["network", "ports", { device_id: serverIds[0] }],
    );
    expect(servers).toMatchObject([{ id: serverIds[0], status: "ACTIVE" }]);
    const [port] = z.tuple([withId]).parse(ports);

    const moved = await call(
      ["network", "create_security_group", { name: "sg-py" }],
      ["compute", "add_security_group_to_server", { server: serverIds[0], security_group: "$0.id" }],
      ["compute", "update_server", { server: serverIds[0], name: "ecs-py-new" }],
    );
    const { id: groupId } = withId.parse(moved[0]);
    const [own] = await (await labCloud(lab)).servers();
    expect(own).toMatchObject({ name: "ecs-py-new", securityGroupIds: [expect.any(String), groupId] });
    const [left, away] = await call(
      ["compute", "remove_security_group_from_server", { server: serverIds[0], security_group: groupId }],
      ["network", "delete_security_group", { security_group: groupId, ignore_missing: false }],
    );
    expect([left, away]).not.toContainEqual(expect.objectContaining({ error: expect.any(String) }));

    const external = "0a2228f2-7f8a-45f1-8e09-9039e1d09975";
    const [eip, bound, ips] = await call(
      ["network", "create_ip", { floating_network_id: external }],
      ["network", "update_ip", { floating_ip: "$0.id", port_id: port.id }],
      ["network", "ips", { port_id: port.id }],
    );
    const { id } = withId.parse(eip);
    expect(bound).toMatchObject({ id, port_id: port.id });
    expect(ips).toMatchObject([{ id, port_id: port.id }]);
    expect(await (await labCloud(lab)).publicIps()).toMatchObject([{ id, nicId: port.id }]);

    const v1 = `/v1/${project}/publicips`;
    const [list, , unbound] = await call(
      ["vpc", "get", { url: v1 }],
      ["network", "update_ip", { floating_ip: id, port_id: null }],
      ["vpc", "get", { url: `${v1}/${id}` }],
      ["network", "delete_ip", { floating_ip: id, ignore_missing: false }],
      ["ecs", "post", { url: "/cloudservers/delete", json: { servers: [{ id: serverIds[0] }] } }],
    );
    expect(list).toMatchObject({ publicips: [{ id, status: "ACTIVE", port_id: port.id }] });
    expect(unbound).toMatchObject({ publicip: { id, status: "DOWN" } });
    await expect.poll(async () => (await labCloud(lab)).servers(), { timeout: 60_000 }).toEqual([]);
  });
});

test("a route table is made, changed, given to a subnet and taken away", async () => {
  await inVpc(async (vpcId, subnetId) => {
    // Nor has it methods for route tables.
    const tables = `/v1/${project}/routetables`;
    const virtualIp = {
      network_id: subnetId,
      device_owner: "neutron:VIP_PORT",
      fixed_ips: [{ ip_address: "10.5.1.50" }],
    };
    const [created, vip] = await call(
      ["vpc", "post", { url: tables, json: { routetable: { vpc_id: vpcId, name: "rtb-py" } } }],
      ["network", "create_port", virtualIp],
    );
    const { id } = z.object({ routetable: withId }).parse(created).routetable;
    const route = { type: "vip", destination: "0.0.0.0/0", nexthop: "10.5.1.50" };
    const [changed, associated] = await call(
      ["vpc", "put", { url: `${tables}/${id}`, json: { routetable: { routes: { add: [route] } } } }],
      [
        "vpc",
        "post",
        { url: `${tables}/${id}/action`, json: { routetable: { subnets: { associate: [subnetId] } } } },
      ],
    );
    expect(changed).toMatchObject({
      routetable: { routes: expect.arrayContaining([expect.objectContaining(route)]) },
    });
    expect(associated).toMatchObject({ routetable: { subnets: [{ id: subnetId }] } });
    const own = (await (await labCloud(lab)).routeTables()).find((table) => table.id === id);
    expect(own).toMatchObject({ subnetIds: [subnetId] });
    expect(own?.routes).toContainEqual(expect.objectContaining({ type: "vip", destination: "0.0.0.0/0" }));

    const back = { routetable: { subnets: { disassociate: [subnetId] } } };
    const away = await call(
      ["vpc", "post", { url: `${tables}/${id}/action`, json: back }],
      ["vpc", "delete", { url: `${tables}/${id}` }],
      ["network", "delete_port", { port: withId.parse(vip).id, ignore_missing: false }],
      ["vpc", "get", { url: `${tables}/${id}` }],
    );
    expect(away).toMatchObject([{ routetable: { id } }, null, null, { status: 404 }]);
  });
});

import { describe, expect, it } from "vitest";
import { LabState, noQuotas } from "../../state.ts";
import { addVirtualIp } from "../testing/virtual-ip.ts";
import {
  addPort,
  addPublicIp,
  addRouteTable,
  addRule,
  addSecurityGroup,
  addServer,
  addSubnet,
  addVpc,
  associateSubnets,
  bindPublicIp,
  defaultSecurityGroup,
  defaultTableOf,
  disassociateSubnets,
  removeServer,
  removeSubnet,
  removeVpc,
  tableOfSubnet,
  updatePort,
  updateRouteTable,
} from "./index.ts";

function demo() {
  const state = new LabState();
  const vpc = addVpc(state, { name: "vpc-demo", cidr: "192.168.0.0/16" });
  const subnet = addSubnet(state, { vpcId: vpc.id, name: "subnet-app", cidr: "192.168.125.0/24" });
  const proxy = addServer(state, { name: "ecs-proxy", nics: [{ subnetId: subnet.id, ip: "192.168.125.4" }] });
  const port = proxy.ports[0] ?? expect.fail("a server has a port");
  return { state, vpc, subnet, server: proxy.server, port, table: defaultTableOf(state, vpc.id) };
}

const viaServer = (nexthop: string, destination = "0.0.0.0/0") =>
  ({ type: "ecs", destination, nexthop, description: "" }) as const;

describe("building a cloud", () => {
  it("gives a VPC its default route table, and a new subnet is in it", () => {
    const { state, subnet, table } = demo();
    expect(table).toMatchObject({ isDefault: true, subnetIds: [subnet.id] });
    expect(tableOfSubnet(state, subnet.id)?.id).toBe(table.id);
  });

  it("puts the router's port on the first address of a subnet", () => {
    const { state, subnet } = demo();
    const id = state.ports.withAddress(subnet.id, "192.168.125.1") ?? "";
    expect(state.ports.get(id)).toMatchObject({ owner: "network:router_interface_distributed" });
  });

  it("gives servers addresses from .10 on, one after the other, and MACs by a counter", () => {
    const { state, subnet } = demo();
    const ports = ["a", "b"].flatMap(
      (name) => addServer(state, { name, nics: [{ subnetId: subnet.id }] }).ports,
    );
    expect(ports.map((port) => port.ip)).toEqual(["192.168.125.10", "192.168.125.11"]);
    expect(ports.map((port) => port.mac)).toEqual(["fa:16:3e:00:00:03", "fa:16:3e:00:00:04"]);
  });

  it("uses the addresses below .10 when the others are gone, and then says that none is left", () => {
    const { state, vpc } = demo();
    const small = addSubnet(state, { vpcId: vpc.id, name: "small", cidr: "192.168.1.0/28" });
    const ips = Array.from({ length: 11 }, () => addPort(state, { subnetId: small.id }).ip);
    expect(ips.slice(0, 4)).toEqual(["192.168.1.10", "192.168.1.11", "192.168.1.12", "192.168.1.2"]);
    expect(new Set(ips).size).toBe(11);
    expect(() => addPort(state, { subnetId: small.id })).toThrow("No more IP addresses");
  });

  it("has a group named default: out to everywhere, in from its own members", () => {
    const group = defaultSecurityGroup(demo().state);
    expect(group.name).toBe("default");
    expect(
      group.rules.filter((rule) => rule.direction === "egress").every((rule) => !rule.remoteGroupId),
    ).toBe(true);
    expect(
      group.rules
        .filter((rule) => rule.direction === "ingress")
        .every((rule) => rule.remoteGroupId === group.id),
    ).toBe(true);
  });

  it("builds 10,000 servers in 1,000 VPCs", () => {
    const state = new LabState();
    state.quotas = noQuotas;
    for (let each = 0; each < 1000; each++) {
      const vpc = addVpc(state, { name: `vpc-${each}`, cidr: "10.0.0.0/16" });
      const subnet = addSubnet(state, { vpcId: vpc.id, name: "s", cidr: "10.0.0.0/24" });
      for (let nth = 0; nth < 10; nth++)
        addServer(state, { name: `e-${nth}`, nics: [{ subnetId: subnet.id }] });
    }
    expect(state.ports.size).toBe(11_000);
  });
});

describe("what is refused", () => {
  it("names the overlapping subnet", () => {
    const { state, vpc } = demo();
    expect(() => addSubnet(state, { vpcId: vpc.id, name: "x", cidr: "192.168.124.0/22" })).toThrow(
      "conflicts with subnet 192.168.125.0/24",
    );
    expect(() => addSubnet(state, { vpcId: vpc.id, name: "x", cidr: "10.0.0.0/24" })).toThrow(
      "not in the range",
    );
  });

  it("keeps a VPC with subnets and a subnet with servers", () => {
    const { state, vpc, subnet, server } = demo();
    expect(() => removeVpc(state, vpc.id)).toThrow("contains subnets");
    expect(() => removeSubnet(state, subnet.id)).toThrow("private IP addresses in use");
    removeServer(state, server.id);
    removeSubnet(state, subnet.id);
    removeVpc(state, vpc.id);
    expect([state.ports.size, state.routeTables.size]).toEqual([0, 0]);
  });

  it("takes an address twice from nobody", () => {
    const { state, subnet } = demo();
    expect(() => addVirtualIp(state, { subnetId: subnet.id, ip: "192.168.125.4" })).toThrow("is in use");
    expect(() => addVirtualIp(state, { subnetId: subnet.id, ip: "192.168.125.255" })).toThrow(
      "not a valid IP",
    );
  });

  it("enforces quotas as state", () => {
    const { state, vpc } = demo();
    state.quotas = { ...state.quotas, routeTablesPerVpc: 2, publicIps: 1 };
    addRouteTable(state, { vpcId: vpc.id, name: "second" });
    expect(() => addRouteTable(state, { vpcId: vpc.id, name: "third" })).toThrow("Quota exceeded");
    addPublicIp(state);
    expect(() => addPublicIp(state)).toThrow("Quota exceeded");
  });

  it("has each rule of a group once, whatever its description", () => {
    const { state } = demo();
    const group = addSecurityGroup(state, { name: "proxy" });
    const rule = { direction: "ingress", remoteCidr: "192.168.125.7/24" } as const;
    expect(addRule(state, group.id, rule).remoteCidr).toBe("192.168.125.0/24");
    expect(() => addRule(state, group.id, { ...rule, description: "again" })).toThrow(
      "already exists. Rule id is",
    );
  });
});

describe("what follows from a change", () => {
  it("takes the routes through a server away with the server, and unbinds its EIP", () => {
    const { state, server, port, table } = demo();
    const publicIp = addPublicIp(state);
    bindPublicIp(state, publicIp.id, port.id);
    updateRouteTable(state, table.id, { add: [viaServer(server.id)] });
    removeServer(state, server.id);
    expect(state.routeTables.get(table.id)?.routes).toEqual([]);
    expect(state.publicIps.get(publicIp.id)?.portId).toBe("");
  });

  it("moves subnets straight from table to table, and back to the default one", () => {
    const { state, vpc, subnet, table } = demo();
    const own = addRouteTable(state, { vpcId: vpc.id, name: "own" });
    expect(associateSubnets(state, own.id, [subnet.id]).subnetIds).toEqual([subnet.id]);
    expect(state.routeTables.get(table.id)?.subnetIds).toEqual([]);
    expect(disassociateSubnets(state, own.id, [subnet.id]).subnetIds).toEqual([]);
    expect(state.routeTables.get(table.id)?.subnetIds).toEqual([subnet.id]);
  });

  it("changes all routes of one request or none", () => {
    const { state, server, table } = demo();
    const add = [viaServer(server.id), viaServer(server.id, "192.168.125.0/25")];
    expect(() => updateRouteTable(state, table.id, { add })).toThrow("inside a system route");
    expect(state.routeTables.get(table.id)?.routes).toEqual([]);
  });

  it("replaces an object and never changes one in place", () => {
    const { state, port } = demo();
    updatePort(state, port.id, { addressPairs: [{ ip_address: "1.1.1.1/0" }] });
    expect(port.addressPairs).toEqual([]);
    expect(state.ports.get(port.id)?.addressPairs).toEqual([{ ip_address: "1.1.1.1/0" }]);
  });
});

/** Builds the lab's state for tests of the fabric by hand, and carries it over a pipe. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  type LabPort,
  type LabRoute,
  type LabRouteTable,
  type LabSecurityGroup,
  type LabSecurityGroupRule,
  type LabServer,
  LabState,
  type LabSubnet,
  type LabVpc,
} from "../../src/lab/state.ts";

const createdAt = "2026-01-01T00:00:00Z";
const collections = [
  "vpcs",
  "subnets",
  "ports",
  "servers",
  "routeTables",
  "publicIps",
  "securityGroups",
] as const;

export function writeState(state: LabState): unknown {
  return Object.fromEntries(collections.map((name) => [name, [...state[name].entries()]]));
}

const plain = z.record(z.string(), z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())])));

export function readState(text: unknown): LabState {
  const state = new LabState();
  const read = plain.parse(text);
  for (const name of collections) {
    const map: Map<string, unknown> = state[name];
    for (const [id, entry] of read[name] ?? []) map.set(id, entry);
  }
  return state;
}

export const openRule = (direction: "ingress" | "egress"): LabSecurityGroupRule => ({
  id: randomUUID(),
  direction,
  ethertype: "IPv4",
  protocol: null,
  portMin: null,
  portMax: null,
  remoteCidr: null,
  remoteGroupId: null,
  description: "",
});

export interface ServerWish {
  readonly groups?: readonly LabSecurityGroup[];
  readonly check?: boolean;
  readonly kind?: LabServer["kind"];
}

/** A state with one VPC, `vpc-demo`, and shorthand for what is in it. */
export class StateBuilder {
  readonly state = new LabState();
  readonly vpc: LabVpc;
  readonly table: LabRouteTable;
  /** Everything is allowed in both directions. */
  readonly open: LabSecurityGroup;
  #macs = 0;

  constructor(vpcName = "vpc-demo", cidr = "192.168.0.0/16") {
    this.vpc = this.addVpc(vpcName, cidr);
    this.table = this.addTable("default", true);
    this.open = this.addGroup("open", [openRule("ingress"), openRule("egress")]);
  }

  addVpc(name: string, cidr: string): LabVpc {
    const vpc: LabVpc = {
      id: randomUUID(),
      name,
      description: "",
      cidr,
      router: "outside",
      tags: [],
      createdAt,
    };
    this.state.vpcs.set(vpc.id, vpc);
    return vpc;
  }

  addTable(name: string, isDefault = false): LabRouteTable {
    const table: LabRouteTable = {
      id: randomUUID(),
      name,
      description: "",
      vpcId: this.vpc.id,
      isDefault,
      routes: [],
      subnetIds: [],
      createdAt,
    };
    this.state.routeTables.set(table.id, table);
    return table;
  }

  addSubnet(name: string, cidr: string): LabSubnet {
    const subnet: LabSubnet = {
      id: randomUUID(),
      neutronSubnetId: randomUUID(),
      vpcId: this.vpc.id,
      name,
      cidr,
      gatewayIp: cidr.replace(/\d+\/\d+$/, "1"),
      hostRoutes: [],
      tags: [],
      createdAt,
    };
    this.state.subnets.set(subnet.id, subnet);
    this.table.subnetIds.push(subnet.id);
    return subnet;
  }

  addGroup(name: string, rules: readonly LabSecurityGroupRule[]): LabSecurityGroup {
    const group: LabSecurityGroup = { id: randomUUID(), name, description: "", rules: [...rules], createdAt };
    this.state.securityGroups.set(group.id, group);
    return group;
  }

  addServer(
    name: string,
    subnet: LabSubnet,
    ip: string,
    wish: ServerWish = {},
  ): LabServer & { readonly port: LabPort } {
    const server: LabServer = {
      id: randomUUID(),
      name,
      kind: wish.kind ?? "light",
      image: "debian",
      zone: "eu-de-01",
      status: "ACTIVE",
      keyName: "",
      userData: "",
      createdAt,
    };
    this.state.servers.set(server.id, server);
    const port = this.addPort(subnet, ip, server.id, "compute:eu-de-01", wish);
    return { ...server, port };
  }

  addPort(subnet: LabSubnet, ip: string, serverId: string, owner: string, wish: ServerWish = {}): LabPort {
    this.#macs++;
    const hex = this.#macs.toString(16).padStart(6, "0");
    const port: LabPort = {
      id: randomUUID(),
      name: "",
      subnetId: subnet.id,
      mac: `fa:16:3e:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`,
      ip,
      serverId,
      owner,
      securityGroupIds: (wish.groups ?? [this.open]).map((group) => group.id),
      addressPairs: wish.check === false ? [{ ip_address: "1.1.1.1/0" }] : [],
      portSecurity: true,
      dhcpOptions: [],
      createdAt,
    };
    this.state.ports.set(port.id, port);
    return port;
  }

  addVip(subnet: LabSubnet, ip: string): LabPort {
    return this.addPort(subnet, ip, "", "neutron:VIP_PORT");
  }

  addPublicIp(address: string, portId: string): { address: string; portId: string } {
    const eip = {
      id: randomUUID(),
      address,
      alias: "",
      bandwidthMbit: 10,
      bandwidthName: "bandwidth",
      portId,
      createdAt,
    };
    this.state.publicIps.set(eip.id, eip);
    return eip;
  }
}

export function ecsRoute(destination: string, server: { readonly id: string }): LabRoute {
  return { type: "ecs", destination, nexthop: server.id, description: "" };
}

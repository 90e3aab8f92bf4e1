/** A gateway of the spec with every name looked up: what the steps and checks are made from. */
import type { Nic, PublicIp, Route, RouteTable, SecurityGroup, Server, Subnet, Vpc } from "../cloud/cloud.ts";
import type { HostAddress } from "../host/host.ts";
import type { GatewaySpec } from "../spec/spec.ts";

export interface ProxyServer {
  readonly server: Server;
  /** The NIC that clients' packets come to and that the EIP is bound to. */
  readonly nic: Nic;
  /** NICs of the server in the VPC, the main one first. */
  readonly nics: readonly Nic[];
  readonly publicIp?: PublicIp;
  readonly host: HostAddress;
}

export interface ServedSubnet {
  readonly subnet: Subnet;
  /** The table the subnet uses now. */
  readonly table: RouteTable;
}

export interface Client {
  readonly server: Server;
  readonly ip: string;
  readonly subnet: Subnet;
  /** Has an EIP of its own, and so does not use the gateway. */
  readonly publicIp?: string;
}

export interface Gateway {
  readonly spec: GatewaySpec;
  readonly name: string;
  readonly vpc: Vpc;
  readonly proxy: ProxyServer;
  readonly subnets: readonly ServedSubnet[];
  readonly clients: readonly Client[];
  /** Subnets of the VPC that are not served, with the table they use: for naming who shares a table. */
  readonly others: readonly ServedSubnet[];
  readonly securityGroups: readonly SecurityGroup[];
}

/** Marks an object of the cloud as made by Wayout for this gateway. */
export function ownMark(gateway: string): string {
  return `wayout:${gateway}`;
}

/** Name of the objects that Wayout makes for a gateway: the EIP, the security group, the route table. */
export function ownName(gateway: string): string {
  return `wayout-${gateway}`;
}

export function routeTo(table: RouteTable, destination: string): Route | undefined {
  return table.routes.find((route) => route.destination === destination);
}

import { randomUUID } from "node:crypto";
import {
  contains,
  holds,
  isAddress,
  overlaps,
  parseRange,
  type Range,
  rangeOf,
  toAddress,
} from "../../../spec/addresses.ts";
import type { LabHostRoute, LabState, LabSubnet } from "../../state.ts";
import { defaultTableOf, subnetsOf, tableOfSubnet } from "./lookups.ts";
import { addPortUnchecked, gatewayOwner } from "./ports.ts";
import { requireRoom } from "./quotas.ts";
import { found, Refused } from "./refused.ts";

export interface SubnetWish {
  readonly vpcId: string;
  readonly name: string;
  readonly cidr: string;
  /** The range's first address unless given. */
  readonly gatewayIp?: string | undefined;
}

/** Creates network and subnet with the router's port in it, and puts the subnet into the VPC's default route table. */
export function addSubnet(state: LabState, wish: SubnetWish, at: Date = new Date()): LabSubnet {
  requireRoom(state, "subnets", "subnet", state.subnets.size);
  const vpc = found(state.vpcs, "vpc", wish.vpcId);
  const range = requireRange(wish.cidr);
  if (!contains(rangeOf(vpc.cidr), range)) {
    throw new Refused(
      "subnet",
      "out-of-range",
      `Subnet ${wish.cidr} is not in the range of VPC ${vpc.cidr}.`,
    );
  }
  for (const other of subnetsOf(state, vpc.id)) {
    if (overlaps(rangeOf(other.cidr), range)) {
      throw new Refused("subnet", "overlap", `Subnet ${wish.cidr} conflicts with subnet ${other.cidr}.`);
    }
  }
  const gatewayIp = wish.gatewayIp ?? toAddress(range.first + 1);
  if (!isAddress(gatewayIp) || !holds(range, gatewayIp)) {
    throw new Refused("subnet", "invalid", `Subnet gateway ${gatewayIp} is not in ${wish.cidr}.`);
  }
  requireName(wish.name);
  const subnet: LabSubnet = {
    id: randomUUID(),
    neutronSubnetId: randomUUID(),
    vpcId: vpc.id,
    name: wish.name,
    cidr: range.cidr,
    gatewayIp,
    hostRoutes: [],
    tags: [],
    createdAt: at.toISOString(),
  };
  state.subnets.set(subnet.id, subnet);
  if (vpc.router !== "none") {
    const port = { subnetId: subnet.id, ip: gatewayIp, owner: gatewayOwner, securityGroupIds: [] };
    addPortUnchecked(state, port, at);
  }
  const table = defaultTableOf(state, vpc.id);
  state.routeTables.set(table.id, { ...table, subnetIds: [...table.subnetIds, subnet.id] });
  return subnet;
}

export function renameSubnet(state: LabState, id: string, name: string): LabSubnet {
  requireName(name);
  return change(state, id, { name });
}

/** Neutron's default of max_subnet_host_routes. */
const maxHostRoutes = 20;

/** The whole list. */
export function setHostRoutes(state: LabState, id: string, routes: readonly LabHostRoute[]): LabSubnet {
  if (routes.length > maxHostRoutes) {
    throw new Refused("subnet", "quota", `The number of host routes exceeds the limit ${maxHostRoutes}.`);
  }
  for (const { destination, nexthop } of routes) {
    if (parseRange(destination)?.cidr !== destination || !isAddress(nexthop)) {
      throw new Refused("subnet", "invalid", `Invalid data format for hostroute: ${destination} ${nexthop}`);
    }
  }
  return change(state, id, { hostRoutes: [...routes] });
}

/** "" for none. A router keeps the address that it has (Neutron: GatewayIpInUse). */
export function setSubnetGateway(state: LabState, id: string, ip: string): LabSubnet {
  const subnet = found(state.subnets, "subnet", id);
  if (ip !== "" && !(isAddress(ip) && holds(rangeOf(subnet.cidr), ip))) {
    throw new Refused("subnet", "invalid", `Gateway ${ip} is not in ${subnet.cidr}.`);
  }
  const holder = state.ports.get(state.ports.withAddress(id, subnet.gatewayIp) ?? "");
  if (ip !== subnet.gatewayIp && holder?.owner === gatewayOwner) {
    const words = `Current gateway ip ${subnet.gatewayIp} already in use by port ${holder.id}. Unable to update.`;
    throw new Refused("subnet", "in-use", words);
  }
  const pool = poolOf(state, subnet);
  if (ip !== "" && ip !== subnet.gatewayIp && holds(pool, ip)) {
    const words = `Gateway ip ${ip} conflicts with allocation pool ${toAddress(pool.first)}-${toAddress(pool.last)}.`;
    throw new Refused("subnet", "address-taken", words);
  }
  return change(state, id, { gatewayIp: ip });
}

/** OTC leaves out the first and the last ones. The plain OpenStack's networks keep ten for those who choose an address. */
export function poolOf(state: LabState, subnet: LabSubnet): Pick<Range, "first" | "last"> {
  const range = rangeOf(subnet.cidr);
  return { first: range.first + (state.cloud === "openstack" ? 10 : 2), last: range.last - 3 };
}

export function tagSubnet(state: LabState, id: string, tags: readonly string[]): LabSubnet {
  return change(state, id, { tags: [...tags] });
}

function change(state: LabState, id: string, to: Partial<LabSubnet>): LabSubnet {
  const changed = { ...found(state.subnets, "subnet", id), ...to };
  state.subnets.set(id, changed);
  return changed;
}

/** Only a subnet without ports but the router's own goes. */
export function removeSubnet(state: LabState, id: string): void {
  found(state.subnets, "subnet", id);
  const ports = state.ports.inSubnet(id);
  const used = ports.filter((port) => port.owner !== gatewayOwner);
  if (used.length > 0) {
    throw new Refused("subnet", "in-use", `Subnet ${id} has ${used.length} private IP addresses in use.`);
  }
  const table = tableOfSubnet(state, id);
  if (table) {
    state.routeTables.set(table.id, { ...table, subnetIds: table.subnetIds.filter((each) => each !== id) });
  }
  for (const port of ports) state.ports.delete(port.id);
  state.subnets.delete(id);
}

function requireName(name: string): void {
  if (!/^[\p{L}\p{N}_.-]{1,64}$/u.test(name)) {
    throw new Refused("subnet", "invalid", `Subnet name is invalid: ${name}`);
  }
}

function requireRange(text: string) {
  const range = parseRange(text);
  if (!range || range.cidr !== text || range.prefix > 28) {
    throw new Refused("subnet", "invalid", `Invalid subnet CIDR block: ${text}`);
  }
  return range;
}

import { randomUUID } from "node:crypto";
import type { LabAddressPair, LabDhcpOption, LabPort, LabState } from "../../state.ts";
import { requireBindable, requirePairs } from "./address-pairs.ts";
import { freeAddress, nextMac, requireFree } from "./addresses.ts";
import { found, Refused } from "./refused.ts";
import { defaultSecurityGroup } from "./security-groups.ts";

/** The router's own port in a subnet. */
export const gatewayOwner = "network:router_interface_distributed";
export const virtualIpOwner = "neutron:VIP_PORT";

export interface PortWish {
  readonly subnetId: string;
  readonly name?: string | undefined;
  readonly ip?: string | undefined;
  readonly serverId?: string | undefined;
  readonly owner?: string | undefined;
  /** The project's `default` group unless given. */
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly addressPairs?: readonly LabAddressPair[] | undefined;
  readonly portSecurity?: boolean | undefined;
}

export interface PortChange {
  /** Added to those that are there, or taking their place; without a value, they go. */
  readonly dhcpOptions?:
    | readonly { readonly opt_name: string; readonly opt_value: string | null }[]
    | undefined;
  readonly name?: string | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  /** The whole list; what is not in it is gone. */
  readonly addressPairs?: readonly LabAddressPair[] | undefined;
  readonly portSecurity?: boolean | undefined;
}

export function addPort(state: LabState, wish: PortWish, at: Date = new Date()): LabPort {
  const subnet = found(state.subnets, "subnet", wish.subnetId);
  if (wish.ip !== undefined) requireFree(state, subnet, wish.ip);
  return addPortUnchecked(state, wish, at);
}

/** The subnet's gateway has an address that nobody else may ask for. */
export function addPortUnchecked(state: LabState, wish: PortWish, at: Date): LabPort {
  const subnet = found(state.subnets, "subnet", wish.subnetId);
  const portSecurity = wish.portSecurity ?? true;
  const groups = wish.securityGroupIds ?? (portSecurity ? [defaultSecurityGroup(state, at).id] : []);
  const mac = nextMac(state);
  const port: LabPort = {
    id: randomUUID(),
    name: wish.name ?? "",
    subnetId: subnet.id,
    mac,
    ip: wish.ip ?? freeAddress(state, subnet),
    serverId: wish.serverId ?? "",
    owner: wish.owner ?? "",
    securityGroupIds: requireGroups(state, groups),
    addressPairs: requirePairs(state.cloud, wish.addressPairs ?? [], mac),
    portSecurity,
    dhcpOptions: [],
    createdAt: at.toISOString(),
  };
  if (port.owner === virtualIpOwner) requireBindable(state, subnet.id, port.addressPairs, []);
  requireConsistent(port, wish);
  state.ports.set(port.id, port);
  return port;
}

/** Fields that are not given stay as they are. */
export function updatePort(state: LabState, id: string, change: PortChange): LabPort {
  const port = found(state.ports, "port", id);
  const changed: LabPort = {
    ...port,
    name: change.name ?? port.name,
    securityGroupIds: change.securityGroupIds
      ? requireGroups(state, change.securityGroupIds)
      : port.securityGroupIds,
    addressPairs: change.addressPairs
      ? requirePairs(state.cloud, change.addressPairs, port.mac)
      : port.addressPairs,
    portSecurity: change.portSecurity ?? port.portSecurity,
    dhcpOptions: change.dhcpOptions ? withOptions(port.dhcpOptions, change.dhcpOptions) : port.dhcpOptions,
  };
  if (port.owner === virtualIpOwner) {
    requireBindable(state, port.subnetId, changed.addressPairs, port.addressPairs);
  }
  requireConsistent(changed, change);
  state.ports.set(id, changed);
  return changed;
}

/**
 * Ports of servers and routers stay (OTC, "Deleting a Port"); so does one that a route or an EIP needs. Neutron lets that go:
 * the EIP is free then, and the route leads nowhere.
 */
export function removePort(state: LabState, id: string): void {
  const port = found(state.ports, "port", id);
  if (port.serverId !== "" || (port.owner !== "" && port.owner !== virtualIpOwner)) {
    const user = port.serverId || port.owner;
    throw new Refused("port", "in-use", `Port ${id} cannot be deleted: it is used by ${user}.`);
  }
  const bound = state.publicIps.values().find((publicIp) => publicIp.portId === id);
  if (state.cloud === "openstack") {
    if (bound) state.publicIps.set(bound.id, { ...bound, portId: "" });
  } else {
    const vpcId = state.subnets.get(port.subnetId)?.vpcId;
    const tables = state.routeTables.values().filter((table) => table.vpcId === vpcId);
    if (bound)
      throw new Refused("port", "in-use", `Port ${id} cannot be deleted: a public IP is bound to it.`);
    if (tables.some(({ routes }) => routes.some((route) => route.nexthop === port.ip)))
      throw new Refused("port", "in-use", `Port ${id} cannot be deleted: it is the next hop of a route.`);
  }
  state.ports.delete(id);
}

function withOptions(
  there: readonly LabDhcpOption[],
  change: NonNullable<PortChange["dhcpOptions"]>,
): LabDhcpOption[] {
  const named = new Set(change.map((option) => option.opt_name));
  return [
    ...there.filter((option) => !named.has(option.opt_name)),
    ...change.flatMap(({ opt_name, opt_value }) => (opt_value === null ? [] : [{ opt_name, opt_value }])),
  ];
}

function requireGroups(state: LabState, ids: readonly string[]): string[] {
  for (const id of ids) found(state.securityGroups, "security-group", id);
  return [...new Set(ids)];
}

/** What Neutron's ML2 plugin checks (neutron `plugins/ml2/plugin.py`, `_check_allowed_address_pairs` and its neighbours). */
function requireConsistent(port: LabPort, asked: PortChange): void {
  if (port.portSecurity) return;
  if (port.securityGroupIds.length > 0) {
    throw new Refused(
      "port",
      "has-security-groups",
      "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
    );
  }
  if (port.addressPairs.length > 0 || (asked.addressPairs?.length ?? 0) > 0) {
    throw new Refused(
      "port",
      "security-off",
      "Port Security must be enabled in order to have allowed address pairs on a port.",
    );
  }
}

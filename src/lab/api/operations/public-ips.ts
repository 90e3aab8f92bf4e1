import { randomUUID } from "node:crypto";
import { holds, isAddress, rangeOf, toAddress } from "../../../spec/addresses.ts";
import { type LabPublicIp, type LabState, publicRange } from "../../state.ts";
import { gatewayOwner } from "./ports.ts";
import { requireRoom } from "./quotas.ts";
import { found, Refused } from "./refused.ts";

/** Below are the addresses of the lab's Internet itself. */
const firstGiven = 10;

export interface PublicIpWish {
  readonly alias?: string | undefined;
  readonly bandwidthMbit?: number | undefined;
  readonly bandwidthName?: string | undefined;
  /** The next free one unless given. */
  readonly address?: string | undefined;
}

export function addPublicIp(state: LabState, wish: PublicIpWish = {}, at: Date = new Date()): LabPublicIp {
  requireRoom(state, "publicIps", "public-ip", state.publicIps.size);
  const bandwidthMbit = wish.bandwidthMbit ?? 10;
  if (!Number.isInteger(bandwidthMbit) || bandwidthMbit < 1 || bandwidthMbit > 1000) {
    throw new Refused("public-ip", "invalid", `Bandwidth size is invalid: ${bandwidthMbit}`);
  }
  const id = randomUUID();
  const publicIp: LabPublicIp = {
    id,
    address: wish.address === undefined ? freePublicAddress(state) : requireAddress(state, wish.address),
    alias: requireAlias(state, wish.alias ?? ""),
    bandwidthMbit,
    bandwidthName: requireBandwidthName(wish.bandwidthName ?? `bandwidth-${id.slice(0, 4)}`),
    portId: "",
    createdAt: at.toISOString(),
  };
  state.publicIps.set(publicIp.id, publicIp);
  return publicIp;
}

export function renamePublicIp(state: LabState, id: string, alias: string): LabPublicIp {
  const changed = { ...found(state.publicIps, "public-ip", id), alias: requireAlias(state, alias) };
  state.publicIps.set(id, changed);
  return changed;
}

/** Binding to the port it is bound to already changes nothing. */
export function bindPublicIp(state: LabState, id: string, portId: string): LabPublicIp {
  const publicIp = found(state.publicIps, "public-ip", id);
  if (publicIp.portId === portId) return publicIp;
  const port = found(state.ports, "port", portId);
  if (port.owner === gatewayOwner) {
    throw new Refused("public-ip", "invalid", `Port ${portId} is a router's and takes no public IP.`);
  }
  const vpcId = state.subnets.get(port.subnetId)?.vpcId;
  if (state.vpcs.get(vpcId ?? "")?.router !== "outside") {
    const words = `External network is not reachable from subnet ${port.subnetId}. Therefore, cannot associate Port ${portId} with a Floating IP.`;
    throw new Refused("public-ip", "foreign", words);
  }
  if (publicIp.portId !== "") {
    throw new Refused("public-ip", "bound-elsewhere", `Floating IP ${id} has already been bound to a port.`);
  }
  if (state.publicIps.values().some((other) => other.portId === portId)) {
    throw new Refused("public-ip", "port-taken", `Port ${portId} has already been bound with a floating IP.`);
  }
  const bound = { ...publicIp, portId };
  state.publicIps.set(id, bound);
  return bound;
}

export function unbindPublicIp(state: LabState, id: string): LabPublicIp {
  const unbound = { ...found(state.publicIps, "public-ip", id), portId: "" };
  state.publicIps.set(id, unbound);
  return unbound;
}

export function removePublicIp(state: LabState, id: string): void {
  const publicIp = found(state.publicIps, "public-ip", id);
  if (publicIp.portId !== "") {
    throw new Refused("public-ip", "in-use", `Floating IP ${id} is bound to a port. Unbind it first.`);
  }
  state.publicIps.delete(id);
}

function freePublicAddress(state: LabState): string {
  const range = rangeOf(publicRange);
  const taken = new Set(state.publicIps.values().map((publicIp) => publicIp.address));
  for (let value = range.first + firstGiven; value < range.last; value++) {
    if (!taken.has(toAddress(value))) return toAddress(value);
  }
  throw new Refused("public-ip", "exhausted", "No more IP addresses available on the external network.");
}

function requireAddress(state: LabState, address: string): string {
  if (!isAddress(address) || !holds(rangeOf(publicRange), address)) {
    throw new Refused("public-ip", "out-of-range", `Public IP ${address} is not in ${publicRange}.`);
  }
  if (state.publicIps.values().some((publicIp) => publicIp.address === address)) {
    throw new Refused("public-ip", "address-taken", `Public IP ${address} is in use.`);
  }
  return address;
}

/** On plain OpenStack it is a floating IP's description: any text of 255 characters at most. */
function requireAlias(state: LabState, alias: string): string {
  if (state.cloud === "openstack" && alias.length <= 255) return alias;
  if (/^[\p{L}\p{N}_.-]{0,64}$/u.test(alias)) return alias;
  throw new Refused("public-ip", "invalid", `Public IP name is invalid: ${alias}`);
}

function requireBandwidthName(name: string): string {
  if (/^[\p{L}\p{N}_.-]{1,64}$/u.test(name)) return name;
  throw new Refused("public-ip", "invalid", `Bandwidth name is invalid: ${name}`);
}

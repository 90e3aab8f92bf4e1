/** Which addresses the virtual IPs of a pair have, or will get: the plan shows them before they are made. Pure. */
import type { Nic, PublicIp, Subnet } from "../../cloud/cloud.ts";
import { parseRange, toAddress } from "../../spec/addresses.ts";
import {
  innerName,
  isVirtualIp,
  outerName,
  type Pair,
  type SharedIp,
  type VirtualIp,
} from "../../steps/gateway.ts";
import { isHandedOut } from "../../steps/recipe.ts";

/** The cloud keeps the last addresses of a subnet for itself: broadcast, DHCP, system interface (VPC guide, "Creating a Subnet"). */
const reservedAtEnd = 4;

/** A subnet with what has an address in it. */
export interface Place {
  readonly subnet: Subnet;
  readonly nics: readonly Nic[];
}

/**
 * Those that are there by name; else the last free addresses, since servers get theirs from the front.
 * @param promised to other gateways in the same plan; what is chosen here is added. With their subnets: VPCs often have the
 *   same ranges.
 * @returns undefined where a subnet has no free address left.
 */
export function pairIn(
  gateway: string,
  places: { readonly inner: Place; readonly outer: Place },
  promised: Set<string>,
): Pair | undefined {
  const inner = virtualIp(innerName(gateway), places.inner, promised);
  const outer = virtualIp(outerName(gateway), places.outer, promised);
  return inner && outer ? { inner, outer } : undefined;
}

/** Those of the gateway that are there, with what is bound to them. */
export function virtualIpsOf(
  gateway: string,
  nics: readonly Nic[],
  publicIpByNic: ReadonlyMap<string, PublicIp>,
): VirtualIp[] {
  return [innerName(gateway), outerName(gateway)].flatMap((name) => {
    const found = virtualIpNamed(name, nics);
    const publicIp = publicIpByNic.get(found?.nicId ?? "");
    return found ? [{ ...found, ...(publicIp ? { publicIp } : {}) }] : [];
  });
}

/** The one of that name, with what is bound to it. */
export function virtualIpNamed(name: string, nics: readonly Nic[]): VirtualIp | undefined {
  const there = nics.find((nic) => isVirtualIp(name, nic));
  if (!there) return undefined;
  const boundTo = there.addressPairs.map((pair) => pair.ip_address);
  return { name, ip: there.ip, nicId: there.id, boundTo };
}

function virtualIp(name: string, { subnet, nics }: Place, promised: Set<string>): SharedIp | undefined {
  const at = { subnetId: subnet.id, subnetName: subnet.name };
  const there = virtualIpNamed(name, nics);
  if (there) return { ...there, ...at };
  const used = new Set(nics.map((nic) => nic.ip));
  const isFree = (one: string) => !used.has(one) && !promised.has(`${subnet.id} ${one}`);
  // The gateway of a network without a router can only be one that Neutron does not hand out by itself.
  const isKept = (one: string) => isFree(one) && !isHandedOut(subnet, one);
  const mayBeGateway = subnet.dhcp !== undefined && subnet.dhcp.gatewayOf !== "router";
  const ip = (mayBeGateway ? lastOf(subnet, isKept) : undefined) ?? lastOf(subnet, isFree);
  if (ip === undefined) return undefined;
  promised.add(`${subnet.id} ${ip}`);
  return { name, ip, boundTo: [], ...at };
}

function lastOf(subnet: Subnet, isFree: (ip: string) => boolean): string | undefined {
  const range = parseRange(subnet.cidr);
  if (!range) return undefined;
  for (let value = range.last - reservedAtEnd; value > range.first; value--) {
    const ip = toAddress(value);
    if (ip !== subnet.gatewayIp && isFree(ip)) return ip;
  }
  return undefined;
}

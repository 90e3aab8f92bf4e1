import { holds, isAddress, rangeOf, toAddress, toNumber } from "../../../spec/addresses.ts";
import type { LabState, LabSubnet } from "../../state.ts";
import { Refused } from "./refused.ts";

/** Servers' addresses start here in each subnet; below are the gateway and what a user gives by hand. */
const firstGiven = 10;
/** OTC keeps a subnet's last addresses for itself: DHCP, DNS and the broadcast address (VPC guide, "Subnet"). */
const keptAtEnd = 3;

/** The first free address of the subnet from .10 on. */
export function freeAddress(state: LabState, subnet: LabSubnet): string {
  const range = rangeOf(subnet.cidr);
  const last = range.last - keptAtEnd;
  const start = Math.min(range.first + firstGiven, last);
  for (let value = start; value <= last; value++) {
    const address = toAddress(value);
    if (address !== subnet.gatewayIp && !state.ports.withAddress(subnet.id, address)) return address;
  }
  for (let value = range.first + 1; value < start; value++) {
    const address = toAddress(value);
    if (address !== subnet.gatewayIp && !state.ports.withAddress(subnet.id, address)) return address;
  }
  throw new Refused("port", "exhausted", `No more IP addresses available on network ${subnet.id}.`);
}

/** Refuses an address that no port of the subnet may have, or that one has already. */
export function requireFree(state: LabState, subnet: LabSubnet, ip: string): void {
  const range = rangeOf(subnet.cidr);
  const outside = !isAddress(ip) || !holds(range, ip) || [range.first, range.last].includes(toNumber(ip));
  if (outside) {
    throw new Refused("port", "out-of-range", `IP address ${ip} is not a valid IP for the specified subnet.`);
  }
  if (state.ports.withAddress(subnet.id, ip)) {
    throw new Refused("port", "address-taken", `IP address ${ip} is in use on network ${subnet.id}.`);
  }
}

/** fa:16:3e is the prefix that Neutron gives out by default. */
export function nextMac(state: LabState): string {
  state.macCount += 1;
  const tail = [16, 8, 0].map((shift) => ((state.macCount >> shift) & 0xff).toString(16).padStart(2, "0"));
  return `fa:16:3e:${tail.join(":")}`;
}

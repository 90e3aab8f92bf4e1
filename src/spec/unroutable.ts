/** Ranges that no route of a VPC can lead to, and in which no server can be. One list for what users write and for what clouds answer. */
import { contains, isAddress, overlaps, type Range, rangeOf } from "./addresses.ts";

interface Unroutable {
  readonly range: Range;
  readonly what: string;
  /** On every network. The others are kept by OTC and Huawei Cloud for themselves (VPC.2809); elsewhere a subnet may lie there. */
  readonly everywhere: boolean;
}

const everywhere = (cidr: string, what: string): Unroutable => ({
  range: rangeOf(cidr),
  what,
  everywhere: true,
});
const ofCloud = (cidr: string): Unroutable => ({
  range: rangeOf(cidr),
  what: "the cloud's own services",
  everywhere: false,
});

const unroutable: readonly Unroutable[] = [
  everywhere("0.0.0.0/8", "this network"),
  everywhere("127.0.0.0/8", "loopback"),
  everywhere("169.254.0.0/16", "link-local, where the metadata service is"),
  ofCloud("100.64.0.0/10"),
  ofCloud("198.19.128.0/20"),
  everywhere("224.0.0.0/4", "multicast"),
  everywhere("240.0.0.0/4", "reserved"),
];

/** What the range is, where nothing of it can be reached. A wider one is fine as a destination: more exact routes win. */
export function unroutableAs(range: Range): Unroutable | undefined {
  return unroutable.find((one) => contains(one.range, range));
}

/**
 * What a range of servers reaches into, where servers cannot be.
 * @param inCloud the cloud keeps ranges for its own services.
 */
export function unroutableIn(range: Range, inCloud: boolean): Unroutable | undefined {
  return unroutable.find((one) => (one.everywhere || inCloud) && overlaps(one.range, range));
}

/**
 * What an address is, where no other machine can have it. Private addresses are fine: floating IPs of a private cloud, and what is
 * reached through jump hosts.
 */
export function unreachableAs(address: string): string | undefined {
  if (!isAddress(address)) return undefined;
  return unroutableIn(rangeOf(`${address}/32`), false)?.what;
}

/** Sets of IPv4 ranges in one canonical form: sorted, merged, without overlaps, whatever order they were given in. */

import { Problem } from "../report/problem.ts";
import { contains, overlaps, parseRange, type Range, toAddress } from "../spec/addresses.ts";

/** The fewest CIDRs that cover exactly what `cidrs` cover, in ascending order. */
export function canonicalCidrs(cidrs: readonly string[]): readonly string[] {
  return merged(cidrs).flatMap(({ first, last }) => split(first, last));
}

/**
 * The same in the fewest elements of an nftables set: a CIDR, or "first-last". What nft prints of it is then what nft was given, and
 * rules that are loaded again from their own listing are listed alike.
 */
export function setElements(cidrs: readonly string[]): readonly string[] {
  return merged(cidrs).map(({ first, last }) => {
    const [block = "", ...more] = split(first, last);
    return more.length === 0 ? block : `${toAddress(first)}-${toAddress(last)}`;
  });
}

interface Interval {
  readonly first: number;
  readonly last: number;
}

function merged(cidrs: readonly string[]): readonly Interval[] {
  const ranges = cidrs.map(range).sort((a, b) => a.first - b.first);
  const intervals: { first: number; last: number }[] = [];
  for (const { first, last } of ranges) {
    const previous = intervals.at(-1);
    if (previous && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else intervals.push({ first, last });
  }
  return intervals;
}

/** The CIDRs of an interval: at each point the largest block that starts there and fits. */
function split(first: number, last: number): string[] {
  const blocks: string[] = [];
  let at = first;
  while (at <= last) {
    let prefix = 32;
    while (prefix > 0) {
      const size = 2 ** (33 - prefix);
      if (at % size !== 0 || at + size - 1 > last) break;
      prefix -= 1;
    }
    blocks.push(`${toAddress(at)}/${prefix}`);
    at += 2 ** (32 - prefix);
  }
  return blocks;
}

function range(cidr: string): Range {
  const found = parseRange(cidr);
  if (found) return found;
  throw new Problem({
    code: "host/bad-range",
    summary: `"${cidr}" is not an IPv4 range such as 192.168.0.0/24`,
  });
}

export const everywhere = "0.0.0.0/0";

/** The set covers all addresses, so that matching on it says nothing. */
export function isEverywhere(cidrs: readonly string[]): boolean {
  return canonicalCidrs(cidrs)[0] === everywhere;
}

/** Some address is in both sets. */
export function overlapping(some: readonly string[], others: readonly string[]): boolean {
  const ranges = others.map(range);
  return some.map(range).some((one) => ranges.some((other) => overlaps(one, other)));
}

/** All of `cidr` is in one of the ranges. */
export function isWithin(cidr: string, ranges: readonly string[]): boolean {
  const inner = range(cidr);
  return ranges.some((one) => contains(range(one), inner));
}

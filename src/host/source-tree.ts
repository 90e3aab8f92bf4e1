/**
 * Many ranges as a tree, for iptables, whose rules have one source each: a packet walks the rules of a few small chains
 * instead of one rule per range. Pure.
 */
import { parseRange, toAddress } from "../spec/addresses.ts";

/** A chain of the tree; each rule leads to another chain by its place in the tree, or is a range itself. */
export type Branch = readonly { readonly cidr: string; readonly to?: number }[];

/** So many rules in one chain, and three bits of an address apart. */
const width = 8;
const bits = 3;

/** The first branch is the root. `cidrs` are in ascending order and do not overlap (canonicalCidrs). */
export function sourceTree(cidrs: readonly string[]): readonly Branch[] {
  const branches: Branch[] = [];
  grow(
    cidrs.flatMap((cidr) => parseRange(cidr) ?? []),
    branches,
  );
  return branches;
}

type Ranges = readonly { readonly cidr: string; readonly first: number; readonly last: number }[];

function grow(ranges: Ranges, branches: Branch[]): number {
  const at = branches.push([]) - 1;
  const [low, high] = [ranges.at(0), ranges.at(-1)];
  if (ranges.length <= width || !low || !high) {
    branches[at] = ranges.map(({ cidr }) => ({ cidr }));
    return at;
  }
  // The bits that all have in common, and the next ones, by which they are told apart.
  const prefix = Math.min(32, Math.clz32((low.first ^ high.last) >>> 0) + bits);
  const size = 2 ** (32 - prefix);
  const groups = Map.groupBy(ranges, ({ first, last }) =>
    last - first + 1 > size ? `${first}` : `in ${Math.floor(first / size)}`,
  );
  branches[at] = [...groups.values()].map((group) => {
    const [only, ...more] = group;
    if (only && more.length === 0) return { cidr: only.cidr };
    const start = Math.floor((only?.first ?? 0) / size) * size;
    return { cidr: `${toAddress(start)}/${prefix}`, to: grow(group, branches) };
  });
  return at;
}

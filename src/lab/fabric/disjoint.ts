import { rangeOf, toAddress } from "../../spec/addresses.ts";
import { checkedRange } from "./links.ts";

/** The same addresses as nft intervals that neither overlap nor touch, in order: nft sets want them so. */
export function disjoint(ranges: readonly string[]): string[] {
  const sorted = ranges
    .map((range) => rangeOf(checkedRange(range).cidr))
    .toSorted((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  return merged.map(interval);
}

function interval({ first, last }: { readonly first: number; readonly last: number }): string {
  if (first === last) return toAddress(first);
  if (first === 0 && last === 2 ** 32 - 1) return "0.0.0.0/0";
  return `${toAddress(first)}-${toAddress(last)}`;
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRange, toAddress, toNumber } from "../spec/addresses.ts";
import { canonicalCidrs, isWithin } from "./ranges.ts";
import { type Branch, sourceTree } from "./source-tree.ts";

/** Whether the address is found, and how many rules it met. */
function walk(tree: readonly Branch[], address: string, at = 0): { found: boolean; met: number } {
  let met = 0;
  for (const { cidr, to } of tree[at] ?? []) {
    met += 1;
    if (!isWithin(`${address}/32`, [cidr])) continue;
    if (to === undefined) return { found: true, met };
    const below = walk(tree, address, to);
    return { found: below.found, met: met + below.met };
  }
  return { found: false, met };
}

test("the tree finds what the list has, and nothing else", () => {
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const cidr = fc.tuple(number, fc.integer({ min: 1, max: 32 })).map(([address, prefix]) => {
    const size = 2 ** (32 - prefix);
    return `${toAddress(Math.floor(address / size) * size)}/${prefix}`;
  });
  const near = fc.integer({ min: 0, max: 4095 }).map((at) => `10.0.${at >> 4}.${(at & 15) * 16}/28`);
  fc.assert(
    fc.property(fc.array(fc.oneof(cidr, near), { maxLength: 60 }), fc.array(number), (list, others) => {
      const cidrs = canonicalCidrs(list);
      const tree = sourceTree(cidrs);
      const edges = cidrs.flatMap((one) => {
        const range = parseRange(one);
        return range ? [range.first, range.last, range.first - 1, range.last + 1] : [];
      });
      for (const at of [...edges, ...others].filter((one) => one >= 0 && one < 2 ** 32)) {
        expect(walk(tree, toAddress(at)).found).toBe(isWithin(`${toAddress(at)}/32`, cidrs));
      }
    }),
  );
});

test("of 10,000 ranges a packet meets a few dozen rules", () => {
  const first = toNumber("10.0.0.0");
  const cidrs = Array.from({ length: 10_000 }, (_, index) => `${toAddress(first + index * 512)}/24`);
  const tree = sourceTree(cidrs);
  const met = cidrs.map((cidr) => walk(tree, cidr.split("/")[0] ?? "").met);
  expect(Math.max(...met)).toBeLessThan(48);
  expect(tree.length).toBeLessThan(3000);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, overlaps, parseRange, toAddress } from "../spec/addresses.ts";
import { canonicalCidrs, isEverywhere, setElements } from "./ranges.ts";

const cidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => `${toAddress(address)}/${prefix}`);
const ranges = (cidrs: readonly string[]) => cidrs.flatMap((text) => parseRange(text) ?? []);

test("neighbours become one range, contained ones vanish", () => {
  expect(canonicalCidrs(["10.0.1.0/24", "10.0.0.0/24", "10.0.0.7/32"])).toEqual(["10.0.0.0/23"]);
  expect(canonicalCidrs(["10.0.1.0/24", "10.0.2.0/24"])).toEqual(["10.0.1.0/24", "10.0.2.0/24"]);
  expect(canonicalCidrs(["128.0.0.0/1", "0.0.0.0/1"])).toEqual(["0.0.0.0/0"]);
  expect(isEverywhere(["128.0.0.0/1", "0.0.0.0/1"])).toBe(true);
});

test("elements of a set are whole intervals", () => {
  expect(setElements(["10.0.0.12/32", "10.0.0.11/32", "10.0.0.4/32", "10.0.1.0/24"])).toEqual([
    "10.0.0.4/32",
    "10.0.0.11-10.0.0.12",
    "10.0.1.0/24",
  ]);
  expect(setElements(["10.0.0.0/25", "10.0.0.128/25"])).toEqual(["10.0.0.0/24"]);
});

test("the canonical form covers the same, is sorted, without overlaps, and the same for any order", () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 20 }), (cidrs) => {
      const canonical = canonicalCidrs(cidrs);
      expect(canonicalCidrs([...cidrs].reverse())).toEqual(canonical);
      expect(canonicalCidrs([...cidrs, ...canonical])).toEqual(canonical);
      const out = ranges(canonical);
      for (const [at, range] of out.entries()) {
        const next = out[at + 1];
        if (next) expect(range.last).toBeLessThan(next.first);
        expect(ranges(cidrs).some((one) => overlaps(one, range))).toBe(true);
      }
      // Every edge of what was given is covered, and what lies just outside of everything is not.
      for (const one of ranges(cidrs)) {
        for (const edge of [one.first, one.last])
          expect(out.some((range) => range.first <= edge && edge <= range.last)).toBe(true);
        for (const beside of [one.first - 1, one.last + 1]) {
          const given = ranges(cidrs).some((range) => range.first <= beside && beside <= range.last);
          expect(out.some((range) => range.first <= beside && beside <= range.last)).toBe(given);
        }
      }
    }),
  );
});

test("what is no range has a code of its own", () => {
  expect(() => canonicalCidrs(["10.0.0.0"])).toThrowError(/not an IPv4 range/);
  expect(contains(ranges(["10.0.0.0/8"])[0] ?? nothing, ranges(["10.1.0.0/16"])[0] ?? nothing)).toBe(true);
});

const nothing = { cidr: "", first: 0, last: -1, prefix: 0 };

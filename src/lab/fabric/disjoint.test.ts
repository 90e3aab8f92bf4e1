import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRange, toNumber } from "../../spec/addresses.ts";
import { disjoint } from "./disjoint.ts";

test("overlapping and touching ranges become one; a /0 is everything", () => {
  expect(disjoint(["10.0.0.2", "10.0.0.0/31", "10.1.0.0/16", "10.1.2.0/24"])).toEqual([
    "10.0.0.0-10.0.0.2",
    "10.1.0.0-10.1.255.255",
  ]);
  expect(disjoint(["192.168.1.4", "1.1.1.1/0"])).toEqual(["0.0.0.0/0"]);
  expect(disjoint([])).toEqual([]);
});

test("the same addresses are in it as before, once, in order and with gaps between", () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 26, max: 32 }))
    .map(([host, prefix]) => parseRange(`10.0.0.${host}/${prefix}`)?.cidr ?? "");
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
      const before = new Set(ranges.flatMap((cidr) => expand(...bounds(parseRange(cidr)))));
      const intervals = disjoint(ranges).map((text): [number, number] => {
        const [first = "", last = first] = text.split("-");
        return [toNumber(first), toNumber(last)];
      });
      expect(intervals.flatMap(([first, last]) => expand(first, last))).toEqual(
        [...before].sort((a, b) => a - b),
      );
      for (const [index, [first]] of intervals.entries())
        if (index > 0) expect(first).toBeGreaterThan((intervals[index - 1]?.[1] ?? 0) + 1);
    }),
  );
});

function bounds(range: ReturnType<typeof parseRange>): [number, number] {
  return [range?.first ?? 0, range?.last ?? -1];
}

function expand(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

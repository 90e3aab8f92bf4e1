import fc from "fast-check";
import { expect, test } from "vitest";
import { missing, type Sample } from "./sample.ts";

const whole = (hashes: readonly number[]): Sample => ({
  count: new Set(hashes).size,
  hashes: [...new Set(hashes)].sort((a, b) => a - b),
});
const sampled = (hashes: readonly number[], most: number): Sample => {
  const { count, hashes: all } = whole(hashes);
  return { count, hashes: all.slice(0, most) };
};
const hashes = fc.array(fc.nat(2 ** 32 - 1), { maxLength: 200 });

test("of whole sets, it is what the one has and the other has not", () => {
  fc.assert(
    fc.property(hashes, hashes, (all, known) => {
      expect(missing(whole(all), whole(known))).toBe(new Set(all).difference(new Set(known)).size);
    }),
  );
});

test("of equal sets nothing is missing, however small the sample is", () => {
  fc.assert(
    fc.property(hashes, fc.integer({ min: 1, max: 50 }), (all, most) => {
      expect(missing(sampled(all, most), sampled(all, most))).toBe(0);
    }),
  );
});

test("as many others do not make up for what is missing", () => {
  const own = Array.from({ length: 3000 }, (_, at) => at * 1001);
  const forged = own.map((hash) => hash + 1);
  expect(missing(sampled(own, 1000), sampled(forged, 1000))).toBe(3000);
  expect(missing(sampled(own, 1000), sampled([...forged, ...own], 1000))).toBe(0);
});

test("of samples it is an estimate: half is about half", () => {
  const own = Array.from({ length: 20_000 }, (_, at) => at * 7919);
  const half = own.filter((_, at) => at % 2 === 0);
  expect(missing(sampled(own, 1000), sampled(half, 1000))).toBeGreaterThan(9000);
  expect(missing(sampled(own, 1000), sampled(half, 1000))).toBeLessThan(11_000);
});

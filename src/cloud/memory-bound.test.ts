import { expect, test } from "vitest";
import { mostHeldBytes, openMemoryBound } from "./memory-bound.ts";

const mb = 1024 * 1024;

/** A heap with what is held and what is not yet collected. */
function heap(held: number) {
  const state = { held, garbage: 0, collections: 0 };
  return {
    state,
    usedBytes: () => state.held + state.garbage,
    collect() {
      state.garbage = 0;
      state.collections += 1;
    },
  };
}

test("what is no longer used does not count, and is collected every 48 MB", () => {
  const small = heap(50 * mb);
  const bound = openMemoryBound(small);
  for (let answer = 0; answer < 100; answer += 1) {
    small.state.garbage += 16 * mb;
    bound.check();
  }
  expect(small.state.collections).toBe(33);
});

test("what is held beyond the bound is refused, however large the program was before", () => {
  for (const before of [0, 300 * mb]) {
    const large = heap(before);
    const bound = openMemoryBound(large);
    large.state.held += mostHeldBytes - 1;
    bound.check();
    large.state.held += 48 * mb;
    expect(() => bound.check()).toThrow(
      expect.objectContaining({ code: "cloud/bad-answer", summary: expect.stringContaining("160 MB") }),
    );
  }
});

test("the real heap is looked at, and collected", () => {
  const bound = openMemoryBound();
  const kept: unknown[] = [];
  expect(() => {
    for (;;) {
      kept.push(Array.from({ length: 1_000_000 }, (_, n) => n + 0.5));
      bound.check();
    }
  }).toThrow(/more than 160 MB/);
  // Eight bytes a number.
  expect(kept.length).toBeGreaterThan(15);
  expect(kept.length).toBeLessThan(40);
});

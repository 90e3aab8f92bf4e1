import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tellWhileSlow, waitText } from "./slow.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("slow work is told after 5, 10 and 20 seconds, and no more when it is over", () => {
  const told: string[] = [];
  const slow = tellWhileSlow(
    (text) => told.push(text),
    (ms) => `${ms}`,
  );
  vi.advanceTimersByTime(4_999);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(20_000);
  expect(told).toEqual(["5000", "10000", "20000"]);
  slow.end();
  vi.advanceTimersByTime(100_000);
  expect(told).toHaveLength(3);
});

test("it says for what, for how long, how much came, and how long it still waits", () => {
  expect(waitText("GET https://vpc.example/v1", 5_000, 12, 30_000)).toBe(
    "waiting for GET https://vpc.example/v1: 5 s, 12 bytes so far; gives up after 25 s more",
  );
});

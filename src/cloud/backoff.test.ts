import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, mayRepeat, retryAfterMs, waitBeforeRetry } from "./backoff.ts";

test("waits double, half of each left to chance, and never exceed half a minute", () => {
  expect([1, 2, 3, 4].map((attempt) => backoffMs(attempt, 0))).toEqual([250, 500, 1000, 2000]);
  expect([1, 2, 3, 4].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const wait = backoffMs(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(250);
        expect(wait).toBeLessThanOrEqual(30_000);
      },
    ),
  );
});

test("Retry-After is read as seconds or as a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("7", now)).toBe(7000);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30_000);
  expect(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  for (const none of ["soon", "1.5", "-1"]) expect(retryAfterMs(none, now)).toBeUndefined();
  expect(retryAfterMs(undefined, now)).toBeUndefined();
});

test("a cloud that asks for more time than the call has is not waited for", () => {
  const options = { attempt: 1, attempts: 4, nowMs: 1_000, endMs: 120_000, random: 0 };
  expect(waitBeforeRetry({ ...options, retryAfter: "3600" })).toBeUndefined();
  expect(waitBeforeRetry({ ...options, retryAfter: "9" })).toBe(9000);
  expect(waitBeforeRetry({ ...options, retryAfter: "9", random: 1 })).toBe(9900);
  expect(waitBeforeRetry({ ...options, retryAfter: "60" })).toBe(60_000);
  expect(waitBeforeRetry({ ...options, retryAfter: "60", nowMs: 60_000 })).toBeUndefined();
  expect(waitBeforeRetry({ ...options, retryAfter: undefined })).toBe(250);
  expect(waitBeforeRetry({ ...options, retryAfter: undefined, attempt: 4 })).toBeUndefined();
});

test("a cloud that asks for no wait at all, or whose clock is behind, is not called faster than any other", () => {
  const nowMs = Date.parse("2026-06-01T00:00:00Z");
  const options = { attempt: 3, attempts: 4, nowMs, endMs: nowMs + 120_000, random: 1 };
  for (const retryAfter of ["0", "Thu, 01 Jan 2026 00:00:30 GMT", undefined]) {
    expect(waitBeforeRetry({ ...options, retryAfter })).toBe(2000);
  }
});

test("a POST is repeated only where it was turned away at the door, or changes nothing", () => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    for (const method of ["GET", "PUT", "DELETE"]) expect(mayRepeat({ method }, status)).toBe(true);
    expect(mayRepeat({ method: "POST" }, status)).toBe(status === 429);
    expect(mayRepeat({ method: "POST", repeatable: true }, status)).toBe(true);
  }
  for (const status of [400, 401, 404, 409, 501]) expect(mayRepeat({ method: "GET" }, status)).toBe(false);
});

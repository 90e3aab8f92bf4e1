import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheDirectory, finished, prune, withCacheLock } from "./cache.ts";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "wayout-cache-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

const old = (name: string): string => {
  const path = join(cache, name);
  mkdirSync(path);
  utimesSync(path, new Date(0), new Date(0));
  return path;
};

test("the cache is where WAYOUT_CACHE says", () => {
  const path = join(cache, "own/place");
  expect(cacheDirectory({ WAYOUT_CACHE: path })).toBe(path);
  expect(existsSync(path)).toBe(true);
});

test("an image is finished when it stands under its key", () => {
  expect(finished(cache, "debian-0123456789abcdef")).toBeUndefined();
  const path = old("debian-0123456789abcdef");
  expect(finished(cache, "debian-0123456789abcdef")).toBe(path);
});

test("pruning removes unfinished builds and images long unused, and nothing else", () => {
  const unfinished = old("building-debian");
  const unused = old("debian-aaaaaaaaaaaaaaaa");
  const kept = [
    old("debian-bbbbbbbbbbbbbbbb"),
    old("sysv-cccccccccccccccc"),
    old("packages-bookworm-amd64"),
    old("debian-something-of-yours"),
  ];
  finished(cache, "sysv-cccccccccccccccc");
  prune(cache, new Set(["debian-bbbbbbbbbbbbbbbb"]));
  expect([unfinished, unused].filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});

test("one at a time builds", async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withCacheLock(cache, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return "built";
    });
  expect(await Promise.all([work(), work(), work()])).toEqual(["built", "built", "built"]);
  expect(most).toBe(1);
});

test("who has to wait is told", async () => {
  let told = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: isIn, resolve: enter } = Promise.withResolvers<void>();
  const first = withCacheLock(cache, () => {
    enter();
    return released;
  });
  await isIn;
  await new Promise<void>((resolve) => {
    const second = withCacheLock(
      cache,
      async () => resolve(),
      () => {
        told += 1;
        release();
      },
    );
    second.catch(() => undefined);
  });
  await first;
  expect(told).toBe(1);
});

test("a build that fails lets the next one in", async () => {
  await expect(withCacheLock(cache, () => Promise.reject(new Error("no space")))).rejects.toThrow("no space");
  expect(await withCacheLock(cache, async () => "in")).toBe("in");
});

test("a builder that is killed lets the next one in", async () => {
  const module = fileURLToPath(new URL("cache.ts", import.meta.url));
  const program = `const { withCacheLock } = await import(${JSON.stringify(module)});
    await withCacheLock(${JSON.stringify(cache)}, () => new Promise(() => process.stdout.write("in")));`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  expect(await withCacheLock(cache, async () => "in")).toBe("in");
});

/** The directory in which finished images are kept, between labs and runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { mustBeSafe } from "../client/own-folder.ts";

/** Another checkout may be about to start from an image that is old for this one. */
const graceMs = 60 * 60 * 1000;

/** WAYOUT_CACHE, or /var/cache/wayout. Made for root alone: the images hold set-uid programs and a private key. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const path = environment.WAYOUT_CACHE || "/var/cache/wayout";
  mkdirSync(path, { recursive: true, mode: 0o700 });
  mustBeSafe(path);
  return path;
}

/** A finished image stands under its key: it is built under another name and renamed. */
export function finished(cache: string, key: string): string | undefined {
  const path = join(cache, key);
  if (!existsSync(path)) return undefined;
  utimesSync(path, new Date(), new Date());
  return path;
}

/**
 * Runs `work` while no other process builds in this cache; `waiting` is told once when another one does.
 * The lock ends with this process, however it ends.
 */
export async function withCacheLock<T>(
  cache: string,
  work: () => Promise<T>,
  waiting: () => void = () => undefined,
): Promise<T> {
  // Node has no flock(2): util-linux's holds the lock, for as long as it can read from us.
  const holder = spawn("flock", ["--no-fork", join(cache, "lock"), "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    // A session of its own: Ctrl-C would end the lock before the work that it is for.
    detached: true,
  });
  const ended = once(holder, "exit");
  const patience = setTimeout(waiting, 500);
  await Promise.race([
    once(holder.stdout, "data"),
    ended.then(([exitCode]) => {
      throw new Error(`flock ended with ${exitCode}`);
    }),
  ]).finally(() => clearTimeout(patience));
  try {
    return await work();
  } finally {
    holder.stdin.end();
    holder.stdout.resume();
    await ended;
  }
}

/** Removes unfinished builds, and images of other recipes that nobody uses. Call it under the lock. */
export function prune(cache: string, keep: ReadonlySet<string>): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith("building-")) rmSync(path, { recursive: true, force: true });
    if (!/^(debian|sysv)-[0-9a-f]{16}$/.test(name) || keep.has(name)) continue;
    if (Date.now() - statSync(path).mtimeMs > graceMs && !isMounted(path)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** Some process sees an overlay over this directory: a lab that was started from it still runs. */
function isMounted(path: string): boolean {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/mountinfo`, "utf8").includes(`${path}/`);
      } catch {
        return false;
      }
    });
}

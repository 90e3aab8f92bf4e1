/**
 * One command at a time claims or removes labs. The lock is SQLite's on a file in a folder of root's: the kernel ends it with
 * the process that holds it (fcntl(2)), and other users cannot take it, as they can a name that all share.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../report/problem.ts";
import { mustBeSafe } from "./own-folder.ts";
import { runRoot } from "./places.ts";

/** Removing a lab of 500 servers takes seconds; more than this means that somebody hangs. */
const waitMs = 60_000;

/** Beside the labs, since everything among them is taken for one. */
const lockFile = join(dirname(runRoot), "labs.lock");

/**
 * Runs `work` while no other process is inside `exclusively`.
 * @param signal ends the waiting, not the work.
 * @throws Problem lab/busy, lab/folder-exposed, lab/interrupted
 */
export async function exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 });
  mustBeSafe(dirname(lockFile));
  const lock = await take(signal);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function take(signal: AbortSignal | undefined): Promise<DatabaseSync> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryToTake();
    if (lock) return lock;
    if (signal?.aborted) {
      throw new Problem({
        code: "lab/interrupted",
        summary: "stopped while another command was bringing up or removing labs",
      });
    }
    if (performance.now() > deadline) {
      throw new Problem({
        code: "lab/busy",
        summary: "another command is bringing up or removing labs and does not end",
        hint: "Look for another `wayout lab` command with ps; end it, or wait, and run this one again.",
        retry: true,
      });
    }
    await sleep(20);
  }
}

/** SQLite's result code where another connection has the lock (SQLITE_BUSY). */
const busy = 5;

function tryToTake(): DatabaseSync | undefined {
  const file = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    file.exec("BEGIN EXCLUSIVE");
    return file;
  } catch (error) {
    file.close();
    if (error instanceof Error && "errcode" in error && error.errcode === busy) return undefined;
    throw error;
  }
}

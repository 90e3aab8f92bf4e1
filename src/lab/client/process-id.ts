/** A process named so that a later one with the same number is not taken for it. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

export const processIdSchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks after boot, field 22 of /proc/PID/stat (proc(5)). */
  startTime: z.string(),
});
export type ProcessId = z.infer<typeof processIdSchema>;

/** The process that has this number now, or undefined where there is none or only its corpse. */
export function processId(pid: number): ProcessId | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const startTime = fields[19];
  if (startTime === undefined || state === "Z" || state === "X") return undefined;
  return { pid, startTime };
}

export function isRunning(id: ProcessId): boolean {
  return processId(id.pid)?.startTime === id.startTime;
}

/** Children of a process, by the kernel's own list. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** No error when the process is gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in between.
  }
}

/** Waits until none of them runs; false when some still does after `timeoutMs`. */
export async function gone(ids: readonly ProcessId[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (ids.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

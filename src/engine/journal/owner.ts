import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { z } from "zod";

export const ownerSchema = z.object({
  pid: z.int(),
  /** Start time of the process in clock ticks since boot: tells it from a later one with the same pid. */
  startTicks: z.string(),
  bootId: z.string(),
  host: z.string(),
  user: z.string(),
});

/** The process that holds a lock or a folder; enough to tell later whether it still runs. */
export type Owner = z.infer<typeof ownerSchema>;

export function thisProcess(): Owner {
  return {
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? "",
    bootId: bootId(),
    host: hostname(),
    user: userInfo().username,
  };
}

/** False only where it is certain that the process is gone; of another machine nothing is certain. */
export function mayBeAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  if (owner.bootId !== bootId()) return false;
  return startTicksOf(owner.pid) === owner.startTicks;
}

/** Field 22 of /proc/PID/stat (proc(5)); the command name before it may hold spaces and brackets. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .at(19);
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

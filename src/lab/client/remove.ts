/** Ends labs and removes what they leave on disk. Everything else of a lab ends with its processes. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { Problem } from "../../report/problem.ts";
import { cgroupName, removeCgroup } from "./cgroups.ts";
import { exclusively } from "./lock.ts";
import { isAlive, processesOf, readOwner } from "./owner.ts";
import { diskRoot, isLabName, type LabPlaces, placesOf, runRoot } from "./places.ts";
import { gone, sendSignal } from "./process-id.ts";

/**
 * Kills the lab's processes, waits for their end, and removes its files. A lab that is not there is no error.
 * To be called inside `exclusively`.
 */
export async function removeLab(places: LabPlaces): Promise<void> {
  const owner = readOwner(places.owner);
  // A start that failed before it had a process of its own is this command's.
  if (isAlive(owner) && owner.holder.pid !== process.pid) {
    const processes = processesOf(owner);
    sendSignal(owner.holder.pid, "SIGKILL");
    // Measured: 0.1 s for a lab of three servers. A loaded machine may need longer, a stuck one never ends.
    if (!(await gone(processes, 20_000))) {
      throw new Problem({
        code: "lab/not-ending",
        summary: `the processes of lab "${places.name}" do not end`,
        detail: `Killed, but still there: ${processes.map((id) => id.pid).join(", ")}`,
        hint: "Look at these processes with ps; then run the command again.",
        retry: true,
      });
    }
  }
  await removeCgroup(cgroupName(places.name));
  // The run directory goes last: while it stands, the lab is found again after a crash of this command.
  rmSync(places.disks, { recursive: true, force: true });
  rmSync(places.run, { recursive: true, force: true });
}

/** Removes what crashed labs left. Returns their names. Every command on a lab begins with it. */
export async function removeDeadLabs(): Promise<readonly string[]> {
  if (deadLabs().length === 0) return [];
  return await exclusively(async () => {
    const dead = deadLabs();
    for (const name of dead) await removeLab(placesOf(name));
    return dead;
  });
}

function deadLabs(): readonly string[] {
  return labNames().filter((name) => !isAlive(readOwner(placesOf(name).owner)));
}

/** Names that have files, dead or alive. */
export function labNames(): readonly string[] {
  const names = [runRoot, diskRoot].flatMap((root) => (existsSync(root) ? readdirSync(root) : []));
  return [...new Set(names)].filter(isLabName).sort();
}

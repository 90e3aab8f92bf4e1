/** A machine's control group, removed when the machine has ended. The kernel keeps it otherwise. */
import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hierarchies } from "../client/cgroups.ts";

/** Removes the group with all below it from every hierarchy. The last processes may still be leaving it. */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = performance.now() + 2_000;
  for (const root of hierarchies()) {
    while (!removeTree(join(root, name)) && performance.now() < deadline) await sleep(5);
  }
}

function removeTree(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(path, entry.name));
    }
    rmdirSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}

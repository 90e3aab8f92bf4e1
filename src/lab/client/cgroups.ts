/** Control groups outlive their processes; those of labs and machines are found by name and removed. */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const cgroupRoot = "/sys/fs/cgroup";

/** The lab's group in a hierarchy: everything of the lab is below it. */
export function cgroupName(lab: string): string {
  return `wayout-${lab}`;
}

/**
 * Roots of the hierarchies that hold processes without limiting them: the one of cgroup v2, and beside cgroup v1
 * systemd's own and the empty v2 one (cgroups(7)).
 */
export function hierarchies(): readonly string[] {
  const roots = [cgroupRoot, join(cgroupRoot, "systemd"), join(cgroupRoot, "unified")];
  const [v2, ...v1] = roots.filter((path) => existsSync(join(path, "cgroup.procs")));
  if (v2 === undefined) return [];
  return v2 === cgroupRoot ? [v2] : [v2, ...v1];
}

/**
 * Removes a group with all below it from every hierarchy, which the kernel does not do by itself. The last process may
 * still be leaving, so "busy" is tried again for a while.
 */
export async function removeCgroup(name: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (const root of hierarchies()) {
    const top = join(root, name);
    while (existsSync(top) && !removeTree(top) && performance.now() < deadline) await sleep(5);
  }
}

function removeTree(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(path, entry.name));
    }
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

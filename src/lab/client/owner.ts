/** Which processes a lab is. The file decides whether a lab lives: dead is what no longer runs. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { childrenOf, isRunning, type ProcessId, processId, processIdSchema } from "./process-id.ts";

const ownerSchema = z.object({
  /** The command that is bringing the lab up, later the outermost process of the lab. */
  holder: processIdSchema,
  /** True while `lab up` still works on it. */
  starting: z.boolean(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** Whole or not at all: a reader never sees half a file. */
export function writeOwner(path: string, owner: Owner): void {
  const draft = `${path}.new`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600 });
  renameSync(draft, path);
}

/** What the file says, or undefined where there is none that can be read. */
export function readOwner(path: string): Owner | undefined {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(owner: Owner | undefined): owner is Owner {
  return owner !== undefined && isRunning(owner.holder);
}

/**
 * The processes whose end is the end of the lab: `unshare` outside, and the first process of the lab's pid
 * namespace, which the kernel lets go only when every process of the namespace is gone.
 */
export function processesOf(owner: Owner): readonly ProcessId[] {
  const inner = childrenOf(owner.holder.pid).map(processId);
  return [owner.holder, ...inner.filter((id) => id !== undefined)];
}

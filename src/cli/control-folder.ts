/** The folder for the sockets of SSH's shared connections: whoever can write there can speak as root on the proxies. */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { mayBeAlive, ownerSchema, thisProcess } from "../engine/journal/owner.ts";
import { Problem } from "../report/problem.ts";
import { exposureOf } from "../spec/safe-folder.ts";

export interface ControlFolder {
  readonly path: string;
  remove(): void;
}

/** Six characters by mkdtemp. Short: the path of a socket has 104 bytes at most, and macOS' temporary folder takes 49. */
const prefix = "wayout-";
const ours = /^wayout-[A-Za-z0-9]{6}$/;
const ownerFile = "owner.json";

/**
 * A new folder that only this user can enter, under a name that nobody can foresee; one that exists is never taken
 * (mkdtemp(3)). Folders of runs that were killed are removed on the way.
 */
export function openControlFolder(root = tmpdir()): ControlFolder {
  const exposure = exposureOf(root, { shared: true });
  if (exposure !== undefined) {
    throw new Problem({
      code: "host/control-folder-exposed",
      summary: `SSH's sockets in ${root} would not be safe from other users of this machine`,
      detail: exposure,
      hint: "Set TMPDIR to a folder of your own, or to one with the sticky bit, as /tmp has it.",
    });
  }
  for (const path of folders(root)) if (isLeft(path)) remove(path);
  const path = mkdtempSync(join(root, prefix));
  writeFileSync(join(path, ownerFile), JSON.stringify(thisProcess()), { mode: 0o600 });
  return { path, remove: () => remove(path) };
}

function folders(root: string): readonly string[] {
  try {
    return readdirSync(root)
      .filter((name) => ours.test(name))
      .map((name) => join(root, name));
  } catch {
    // A temporary folder that may be written and not listed.
    return [];
  }
}

/** This user's own, and of a process that is gone. Another user's folder may say what it likes. */
function isLeft(path: string): boolean {
  try {
    const seen = lstatSync(path);
    if (!seen.isDirectory() || seen.uid !== userInfo().uid) return false;
    const owner = ownerSchema.safeParse(JSON.parse(readFileSync(join(path, ownerFile), "utf8")));
    return owner.success && !mayBeAlive(owner.data);
  } catch {
    // Just being made, or just being removed by another run.
    return false;
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

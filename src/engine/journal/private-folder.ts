/**
 * The folder of the journal and its files belong to this user, and nobody else can write there: what is read from the journal
 * is done as root on hosts. The rules are those of OpenSSH's StrictModes: owned by the user or by root, not writable by group
 * or others, no symbolic link. A folder above that everybody may write to (without the sticky bit) lets others put another
 * folder in place of this one, and is refused too.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";

/** SQLite's own files beside its database. */
const companions = ["-wal", "-shm", "-journal"];
const othersMayWrite = 0o022;
const everybodyMayWrite = 0o002;
const sticky = 0o1000;
const owner: { readonly uid: number } | undefined =
  process.geteuid === undefined ? undefined : { uid: process.geteuid() };

export interface PrivateFile {
  readonly path: string;
  /** The file that was looked at is the one that is there now. @throws Problem journal/not-yours */
  mustBeSame(): void;
}

/**
 * The file `name` in `folder`; both are made where they are missing.
 * @throws Problem journal/symlink, journal/not-yours, journal/writable-by-others, journal/not-a-file
 */
export function privateFile(folder: string, name: string): PrivateFile {
  if (look(folder) === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  mustBePrivate(folder, "folder");
  mustBeBelowSafeFolders(folder);
  if (look(path) === undefined) make(path);
  const file = mustBePrivate(path, "file");
  for (const ending of companions) if (look(path + ending)) mustBePrivate(path + ending, "file");
  if ((file.mode & 0o077) !== 0) tighten(path);
  return {
    path,
    mustBeSame() {
      const now = mustBePrivate(path, "file");
      if (now.ino !== file.ino || now.dev !== file.dev) throw notYours(path, now);
    },
  };
}

/** A link to nowhere is there too. */
function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** As nobody else can open it, from its first moment. */
function make(path: string): void {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (cause) {
    // Another run has just made it.
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return;
    throw cause;
  }
  closeSync(descriptor);
}

function mustBePrivate(path: string, what: "folder" | "file"): Stats {
  const seen = lstatSync(path);
  if (seen.isSymbolicLink()) {
    throw new Problem({
      code: "journal/symlink",
      summary: `${path} is a symbolic link`,
      detail: ownerText(seen),
      hint: "Wayout follows no link to its journal: what is read there is done as root on hosts. Put the folder itself in place of the link.",
    });
  }
  if (what === "folder" ? !seen.isDirectory() : !seen.isFile()) {
    throw new Problem({
      code: "journal/not-a-file",
      summary: `${path} is not a ${what === "folder" ? "folder" : "regular file"}`,
      detail: ownerText(seen),
      hint: "Move it away. If the journal is elsewhere, put it back in its place.",
    });
  }
  if (owner === undefined) return seen;
  if (seen.uid !== owner.uid && seen.uid !== 0) throw notYours(path, seen);
  if ((seen.mode & othersMayWrite) !== 0) {
    throw new Problem({
      code: "journal/writable-by-others",
      summary: `${path} can be written by others (${ownerText(seen)})`,
      hint: `Others may have changed what undo does as root on hosts. Look at it with those who can write there, then: ${command("chmod", { operands: ["go-w", path] })}`,
    });
  }
  return seen;
}

function notYours(path: string, { uid, mode }: Stats): Problem {
  const me = owner?.uid ?? 0;
  return new Problem({
    code: "journal/not-yours",
    summary: `${path} belongs to another user (${ownerText({ uid, mode })}), not to the user who runs this (uid ${me})`,
    hint: `That user decides what undo does. Run Wayout as that user, without sudo. Or, if you have looked at what is in it: ${command("chown", { options: ["-R"], operands: [String(me), path] })}`,
  });
}

/** Whoever may rename the folder can put another one in its place. */
function mustBeBelowSafeFolders(folder: string): void {
  if (owner === undefined) return;
  const above: string[] = [];
  for (let at = dirname(realpathSync(folder)); ; at = dirname(at)) {
    above.push(at);
    if (at === dirname(at)) break;
  }
  for (const path of above) {
    const seen = lstatSync(path);
    if ((seen.mode & everybodyMayWrite) === 0 || (seen.mode & sticky) !== 0) continue;
    throw new Problem({
      code: "journal/writable-by-others",
      summary: `everybody may write to ${path} (${ownerText(seen)}), and so put another folder in place of ${folder}`,
      hint: `Take that right away: ${command("chmod", { operands: ["o-w", path] })}. Or keep wayout.yaml in a folder of your own.`,
    });
  }
}

/** Others could read it: it was copied, or made by an older Wayout. The mode is set on the open file. */
function tighten(path: string): void {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (fstatSync(descriptor).uid === owner?.uid) fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
}

function ownerText({ uid, mode }: Pick<Stats, "uid" | "mode">): string {
  return `owner uid ${uid}, mode ${(mode & 0o7777).toString(8).padStart(4, "0")}`;
}

/**
 * The key by which this user's journals are sealed: 32 random bytes in the user's own state folder (XDG Base Directory
 * Specification), made at the first run. It leaves this machine only where the user copies it.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { messageOf, Problem } from "../../report/problem.ts";

export interface SealKey {
  readonly path: string;
  /** undefined where there is none yet. @throws Problem journal/key */
  read(): Buffer | undefined;
  /** The key; made where there is none. @throws Problem journal/key */
  make(): Buffer;
}

const form = /^[0-9a-f]{64}\n$/;

/** The key of the user who runs this. */
export function userKey(env: NodeJS.ProcessEnv = process.env): SealKey {
  return keyAt(join(stateFolder(env), "wayout", "journal-key"));
}

export function keyAt(path: string): SealKey {
  const read = (): Buffer | undefined => readKey(path);
  return {
    path,
    read,
    make() {
      const there = read();
      if (there) return there;
      writeKey(path);
      const made = read();
      if (made) return made;
      throw keyProblem(path, "it is gone as soon as it is written");
    },
  };
}

/** With sudo, HOME may be another user's: then it is that of the user who this process runs as. */
function stateFolder({ XDG_STATE_HOME: named }: NodeJS.ProcessEnv): string {
  if (named?.startsWith("/")) return named;
  const home = homedir();
  const uid = process.geteuid?.();
  const isOurs = uid === undefined || lstatSync(home, { throwIfNoEntry: false })?.uid === uid;
  return join(isOurs ? home : userInfo().homedir, ".local", "state");
}

function readKey(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw keyProblem(path, code === "ELOOP" ? "it is a symbolic link" : messageOf(cause));
  }
  try {
    const { uid, mode, size } = fstatSync(descriptor);
    const me = process.geteuid?.();
    const isFile = (mode & constants.S_IFMT) === constants.S_IFREG;
    if (!isFile || size !== 65) throw keyProblem(path, "it is not a key");
    if (me !== undefined && uid !== me) throw keyProblem(path, `it belongs to another user (uid ${uid})`);
    if (me !== undefined && (mode & 0o077) !== 0) {
      throw keyProblem(path, `others can read or write it (mode ${(mode & 0o7777).toString(8)})`);
    }
    const text = readFileSync(descriptor, "latin1");
    if (!form.test(text)) throw keyProblem(path, "it is not a key");
    return Buffer.from(text.trim(), "hex");
  } finally {
    closeSync(descriptor);
  }
}

/** Whole or not at all; of two runs that make one at once, the first one's stays. */
function writeKey(path: string): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const descriptor = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeSync(descriptor, `${randomBytes(32).toString("hex")}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(draft, path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return;
    throw keyProblem(path, messageOf(cause), cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function keyProblem(path: string, why: string, cause?: unknown): Problem {
  return new Problem({
    code: "journal/key",
    summary: `the key that seals the journal, ${path}, cannot be used: ${why}`,
    hint: "It must be a file of yours that nobody else can read (chmod 600). XDG_STATE_HOME names another folder for it. Without the old key, records that it sealed have to be accepted once: `wayout runs --accept`.",
    ...(cause === undefined ? {} : { cause }),
  });
}

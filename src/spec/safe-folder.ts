/** Folders whose files other users of this machine can neither change nor put in place. */
import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * Why another user could change or replace what lies in the folder; undefined where none can.
 * @param shared others may make files of their own in it, as in /tmp, as long as they cannot touch those of this user.
 */
export function exposureOf(path: string, { shared = false } = {}): string | undefined {
  const me = process.getuid?.() ?? 0;
  // The way to it counts too: who can rename a folder on it can put another one in its place.
  for (let at = realpathSync(path), own = !shared; ; at = dirname(at), own = false) {
    const { uid, mode } = statSync(at);
    if (uid !== me && uid !== 0) return `${at} belongs to user ${uid}`;
    if ((mode & writableByOthers) !== 0 && (own || (mode & sticky) === 0)) {
      return `other users can write to ${at} (mode ${(mode & 0o7777).toString(8)})`;
    }
    if (at === dirname(at)) return undefined;
  }
}

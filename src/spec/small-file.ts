/**
 * Reads a file that the user keeps by hand: wayout.yaml, clouds.yaml, a certificate, a scenario. A link to one is followed, as
 * those who keep such files elsewhere expect. Anything but a regular file is refused before it is opened: a FIFO would be waited
 * for, a device may never end, and opening some does something. No more is read than such a file can have.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { messageOf } from "../report/problem.ts";

export type SmallFile = { readonly text: string } | Unread;

interface Unread {
  /** For people, after the path. */
  readonly why: string;
  /** `missing`: there is none. `unfit`: no regular file, or one that cannot be read. */
  readonly is: "missing" | "unfit" | "too-large";
}

export function readSmallFile(path: string, maxBytes: number): SmallFile {
  let descriptor: number | undefined;
  try {
    const unfit = unfitAs(statSync(path), maxBytes);
    if (unfit) return unfit;
    // Should another one be there by now, it is not waited for, and looked at again.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const opened = unfitAs(fstatSync(descriptor), maxBytes);
    if (opened) return opened;
    // Files of /proc have no size; and one may grow while it is read.
    const bytes = readUpTo(descriptor, maxBytes + 1);
    return bytes.length > maxBytes ? tooLarge(maxBytes) : { text: bytes.toString("utf8") };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    return { why: messageOf(cause), is: missing ? "missing" : "unfit" };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function unfitAs(seen: Stats, maxBytes: number): Unread | undefined {
  const kind = kindOf(seen);
  if (kind !== undefined) return { why: `it is ${kind}, not a regular file`, is: "unfit" };
  return seen.size > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** What is there in place of a regular file; undefined for one. */
export function kindOf(seen: Stats): string | undefined {
  if (seen.isFile()) return undefined;
  if (seen.isDirectory()) return "a folder";
  if (seen.isFIFO()) return "a FIFO";
  if (seen.isSocket()) return "a socket";
  if (seen.isSymbolicLink()) return "a symbolic link";
  return "a device";
}

function tooLarge(maxBytes: number): Unread {
  return { why: `it is larger than ${Math.floor(maxBytes / 1024)} KiB`, is: "too-large" };
}

function readUpTo(descriptor: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  for (let left = most; left > 0; ) {
    const chunk = Buffer.alloc(Math.min(left, 65_536));
    const got = readSync(descriptor, chunk, 0, chunk.length, null);
    if (got === 0) break;
    chunks.push(chunk.subarray(0, got));
    left -= got;
  }
  return Buffer.concat(chunks);
}

import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { messageOf, Problem } from "../report/problem.ts";
import { kindOf } from "../spec/small-file.ts";

/**
 * Asked before a person is: nobody answers questions for nothing.
 * @throws Problem file/exists
 */
export function mustBeNew(file: string): void {
  if (existsSync(file)) throw isThere(file);
}

/**
 * A file that somebody wrote is not written over, nor is half of one left behind.
 * @throws Problem file/exists, file/not-written
 */
export function writeNewFile(file: string, text: string, force: boolean): void {
  mustBeFile(file);
  const beside = `${file}.${process.pid}.new`;
  try {
    writeWhole(force ? beside : file, text);
    if (force) renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") throw isThere(file);
    throw new Problem({
      code: "file/not-written",
      summary: `cannot write ${file}: ${messageOf(cause)}`,
      hint: "Name another file with --file.",
      cause,
    });
  }
}

/** A device or a FIFO of that name would be gone. @throws Problem file/not-written */
function mustBeFile(file: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  const kind = there && kindOf(there);
  if (kind === undefined) return;
  throw new Problem({
    code: "file/not-written",
    summary: `cannot write ${file}: it is ${kind}`,
    hint: "Name another file with --file.",
  });
}

function isThere(file: string): Problem {
  return new Problem({
    code: "file/exists",
    summary: `${file} is there already`,
    hint: "Name another file with --file, or write over it with --force.",
  });
}

/** Only what was made here is removed: a file that was there is somebody's. */
function writeWhole(path: string, text: string): void {
  const descriptor = openSync(path, "wx");
  try {
    writeFileSync(descriptor, text);
  } catch (cause) {
    rmSync(path);
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}

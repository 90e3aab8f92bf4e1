import { closeSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { messageOf, Problem } from "../report/problem.ts";

/**
 * A file that somebody wrote is not written over, nor is half of one left behind.
 * @throws Problem file/exists, file/not-written
 */
export function writeNewFile(file: string, text: string, force: boolean): void {
  const beside = `${file}.${process.pid}.new`;
  try {
    writeWhole(force ? beside : file, text);
    if (force) renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    const there = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new Problem({
      code: there ? "file/exists" : "file/not-written",
      summary: there ? `${file} is there already` : `cannot write ${file}: ${messageOf(cause)}`,
      hint: there
        ? "Name another file with --file, or write over it with --force."
        : "Name another file with --file.",
      cause,
    });
  }
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

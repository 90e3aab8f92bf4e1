import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exposureOf } from "./safe-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "safe-folder-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function folder(name: string, mode: number): string {
  const path = join(root, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

test("a folder of this user's below the machine's own is safe, by any name", () => {
  const path = folder("mine", 0o755);
  symlinkSync(path, join(root, "link"));
  expect(exposureOf(path)).toBeUndefined();
  expect(exposureOf(join(root, "link"))).toBeUndefined();
});

test.each([0o777, 0o775, 0o757, 0o1777])("one of mode %o is not", (mode) => {
  expect(exposureOf(folder("open", mode))).toMatch(/^other users can write to .*\/open \(mode/);
});

test("what lies in a folder that others can write to is not safe, unless they can only add to it", () => {
  const open = folder("open", 0o777);
  mkdirSync(join(open, "mine"), { mode: 0o700 });
  expect(exposureOf(join(open, "mine"))).toContain("/open (mode 777)");
  chmodSync(open, 0o1777);
  expect(exposureOf(join(open, "mine"))).toBeUndefined();
  expect(exposureOf(open, { shared: true })).toBeUndefined();
});

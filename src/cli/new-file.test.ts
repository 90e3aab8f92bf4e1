import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFile } from "./new-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = () => join(folder, "wayout.yaml");

test("a new file is written, and nothing beside it", () => {
  writeNewFile(file(), "cloud: lab\n", false);
  expect(readFileSync(file(), "utf8")).toBe("cloud: lab\n");
  expect(readdirSync(folder)).toEqual(["wayout.yaml"]);
});

test("a file that is there is left alone, and written over by force", () => {
  writeFileSync(file(), "mine\n");
  expect(() => writeNewFile(file(), "cloud: lab\n", false)).toThrow("is there already");
  expect(readFileSync(file(), "utf8")).toBe("mine\n");
  writeNewFile(file(), "cloud: lab\n", true);
  expect(readFileSync(file(), "utf8")).toBe("cloud: lab\n");
  expect(readdirSync(folder)).toEqual(["wayout.yaml"]);
});

test("where a folder has the name, force leaves it, and nothing beside it", () => {
  mkdirSync(file());
  expect(() => writeNewFile(file(), "cloud: lab\n", true)).toThrow("cannot write");
  expect(readdirSync(folder)).toEqual(["wayout.yaml"]);
});

test.each([false, true])("where there is room for half of it only, nothing is left (force: %s)", (force) => {
  const module = new URL("./new-file.ts", import.meta.url).href;
  const program = `const { writeNewFile } = await import(${JSON.stringify(module)});
    try { writeNewFile(${JSON.stringify(file())}, "#".repeat(100_000), ${force}); }
    catch (problem) { console.log(problem.code); }`;
  // A file of this process may have some blocks (setrlimit(2), RLIMIT_FSIZE): what is more is refused as by a full disk.
  const limited = `ulimit -f 8; exec "$0" --disable-warning=ExperimentalWarning --input-type=module --eval "$1"`;
  const { stdout } = spawnSync("sh", ["-c", limited, process.execPath, program], { encoding: "utf8" });
  expect(stdout.trim()).toBe("file/not-written");
  expect(readdirSync(folder)).toEqual([]);
});

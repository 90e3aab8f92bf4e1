/** What keepalived is told of a proxy: the script as it is, in a folder of its own. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pairState } from "./paths.ts";
import { pairScripts } from "./scripts.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-score-"));
  writeFileSync(join(folder, "script"), pairScripts.score.replaceAll(pairState, folder));
});
afterEach(() => rmSync(folder, { recursive: true }));

const told = (): string => readFileSync(join(folder, "score"), "utf8");
const score = (name: string, value: number): string => {
  const { stderr } = spawnSync("sh", [join(folder, "script"), name, String(value)], { encoding: "utf8" });
  expect(stderr).toBe("");
  return told();
};

test("the parts are added up, and a part that is told again is replaced", () => {
  expect(score("unfit", 0)).toBe("0\n");
  expect(score("newest", 20)).toBe("20\n");
  expect(score("unfit", -100)).toBe("-80\n");
  expect(score("leaving", -50)).toBe("-130\n");
  expect(score("unfit", 0)).toBe("-30\n");
  expect(score("leaving", 0)).toBe("20\n");
});

test("keepalived is not woken where nothing has changed", () => {
  score("newest", 20);
  utimesSync(join(folder, "score"), 1, 1);
  score("unfit", 0);
  expect(statSync(join(folder, "score")).mtimeMs).toBe(1000);
  score("unfit", -100);
  expect(statSync(join(folder, "score")).mtimeMs).toBeGreaterThan(1000);
});

test("several who score at once never tell a sum that is nobody's", async () => {
  score("newest", 20);
  const run = promisify(execFile);
  const again = `i=0; while [ $i -lt 60 ]; do sh "$1" "$2" "$3"; cat "$4"; i=$((i + 1)); done`;
  const file = join(folder, "script");
  const seen = await Promise.all(
    [
      ["newest", "20"],
      ["unfit", "0"],
      ["unsynced", "0"],
    ].map((part) => run("sh", ["-c", again, "-", file, ...part, join(folder, "score")])),
  );
  expect(new Set(seen.flatMap(({ stdout }) => stdout.trim().split("\n")))).toEqual(new Set(["20"]));
});

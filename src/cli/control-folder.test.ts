import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Owner, thisProcess } from "../engine/journal/owner.ts";
import { openControlFolder } from "./control-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "control-folder-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A folder as a run makes it. */
function folder(name: string, owner?: Owner): string {
  const path = join(root, name);
  mkdirSync(path);
  if (owner) writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
  return path;
}

const killed = (): Owner => ({ ...thisProcess(), startTicks: "1" });

it("is this user's alone, has a new name each time, and goes when the run ends", () => {
  const first = openControlFolder(root);
  const second = openControlFolder(root);
  expect(statSync(first.path).mode & 0o777).toBe(0o700);
  expect(second.path).not.toBe(first.path);
  expect(first.path.length - root.length).toBeLessThan(16);
  first.remove();
  expect(existsSync(first.path)).toBe(false);
  expect(existsSync(second.path)).toBe(true);
});

it("removes the folder of a run that was killed, and no other", () => {
  const left = folder("wayout-aaaaaa", killed());
  const kept = [
    folder("wayout-bbbbbb", thisProcess()),
    folder("wayout-cccccc", { ...killed(), host: "another machine" }),
    folder("wayout-dddddd"),
    folder("wayout-test-eeeeee", killed()),
  ];
  openControlFolder(root);
  expect(existsSync(left)).toBe(false);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});

it("follows no link that somebody laid there", () => {
  const target = folder("precious", killed());
  symlinkSync(target, join(root, "wayout-ffffff"));
  openControlFolder(root);
  expect(existsSync(join(target, "owner.json"))).toBe(true);
  expect(existsSync(join(root, "wayout-ffffff"))).toBe(true);
});

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { largeTransfer } from "./large-transfer.ts";
import { type Probe, readResults, scriptOf } from "./probe.ts";
import { seenAddress } from "./seen-address.ts";

const shells = ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["true"]).error === undefined);
const folder = mkdtempSync(join(tmpdir(), "wayout-probe-"));
afterAll(() => rmSync(folder, { recursive: true }));

const probe = (name: string, script: string): Probe => ({ name, to: "there", script });

const words = (shell: string) => (shell === "busybox" ? ["sh", "-s"] : ["-s"]);

function tried(probes: readonly Probe[], shell: string) {
  const input = scriptOf(probes);
  return readResults(probes, execFileSync(shell, words(shell), { input, encoding: "utf8" }));
}

it.each(shells)("runs probes in %s and tells worked, failed and not tried apart", (shell) => {
  const results = tried(
    [
      probe("works", "echo fine"),
      probe("fails", "echo '=== 0 0'; echo broken >&2; exit 7"),
      probe("has no tool", "echo 'no curl here'; exit 3"),
      probe("says nothing", "exit 1"),
    ],
    shell,
  );
  expect(results.map(({ name, ok, evidence }) => [name, ok, evidence])).toEqual([
    ["works", true, "fine"],
    ["fails", false, "=== 0 0\nbroken"],
    ["has no tool", null, "not tried: no curl here"],
    ["says nothing", false, "exit 1"],
  ]);
});

it.each(shells)("runs probes side by side in %s: each may wait for any other one", (shell) => {
  const way = join(folder, `way-${shell}`);
  execFileSync("mkfifo", [`${way}-1`, `${way}-2`]);
  const probes = [
    probe("first", `echo one > ${way}-1; cat ${way}-2`),
    probe("second", `cat ${way}-1; echo two > ${way}-2`),
  ];
  expect(tried(probes, shell).map(({ evidence }) => evidence)).toEqual(["two", "one"]);
});

it.each(shells)(
  "in %s, a script whose reader has gone leaves no file, nor has one while it runs",
  async (shell) => {
    const way = join(folder, `gone-${shell}`);
    const temporary = join(folder, `tmp-${shell}`);
    execFileSync("mkfifo", [`${way}-begun`, `${way}-go`]);
    mkdirSync(temporary);
    const slow = probe("slow", `echo begun > ${way}-begun; cat ${way}-go`);
    const child = spawn(shell, words(shell), {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, TMPDIR: temporary },
    });
    const ended = once(child, "close");
    child.stdin.end(scriptOf([slow, probe("quick", "echo fine")]));
    await readFile(`${way}-begun`);
    expect(readdirSync(temporary)).toEqual([]);
    child.stdout.destroy();
    await writeFile(`${way}-go`, "go");
    await ended;
    expect(readdirSync(temporary)).toEqual([]);
  },
);

it("says that nothing is known when the script was cut short", () => {
  expect(readResults([probe("a", "true")], "")).toMatchObject([{ ok: null }]);
});

it("is not content with an address that is not the gateway's, or with half a transfer", () => {
  expect(seenAddress("http://x/", "203.0.113.10").wrong?.('{"address":"203.0.113.10"}')).toBeUndefined();
  expect(seenAddress("http://x/", "203.0.113.10").wrong?.("203.0.113.11")).toContain("seen as 203.0.113.11");
  expect(seenAddress("http://x/", undefined).wrong?.("hello")).toContain("no address");
  expect(largeTransfer("http://x/").wrong?.("4000000 bytes in 1 s")).toBeUndefined();
  expect(largeTransfer("http://x/").wrong?.("1400 bytes in 15 s")).toContain("MTU");
});

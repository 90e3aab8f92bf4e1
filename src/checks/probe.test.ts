import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { largeTransfer } from "./large-transfer.ts";
import { type Probe, readResults, scriptOf } from "./probe.ts";
import { seenAddress } from "./seen-address.ts";

const probe = (name: string, script: string): Probe => ({ name, to: "there", script });

function tried(probes: readonly Probe[], shell: string) {
  return readResults(probes, execFileSync(shell, ["-s"], { input: scriptOf(probes), encoding: "utf8" }));
}

it.each(["sh", "bash"])(
  "runs probes side by side in %s and tells worked, failed and not tried apart",
  (shell) => {
    const before = readdirSync(tmpdir()).length;
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
    expect(readdirSync(tmpdir()).length).toBe(before);
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

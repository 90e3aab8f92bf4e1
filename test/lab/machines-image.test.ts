import { spawn } from "node:child_process";
import { pbkdf2 } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { gone, processId } from "../../src/lab/client/process-id.ts";
import { ensureImage } from "../../src/lab/images/ensure-image.ts";
import { runScript } from "../../src/lab/images/run-script.ts";
import { run } from "./machine-place.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "wt-image-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function script(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, `set -eu\n${text}\n`);
  return path;
}

test("an image that is there is not made again, and its parts are where they are said to be", async () => {
  const silent = { note: (text: string) => expect.unreachable(text) };
  await ensureImage("sysv", { note: (text) => console.error(text) });
  const image = await ensureImage("sysv", silent);
  expect(image.lower).toHaveLength(2);
  expect((await ensureImage("debian", silent)).lower).toEqual([image.lower[1]]);
  for (const layer of image.lower) expect(existsSync(join(layer, "etc"))).toBe(true);
  expect(existsSync(join(image.mirror, "dists/bookworm/Release"))).toBe(true);
  const verify = ["verify", "-CAfile", image.caCertificate, image.siteCertificate];
  expect((await run("openssl", verify)).text).toContain("OK");
});

test("the authority's key is root's alone and no part of any server", async () => {
  const image = await ensureImage("debian", { note: (text) => console.error(text) });
  expect(statSync(image.caKey).mode & 0o077).toBe(0);
  expect(statSync(image.siteKey).mode & 0o077).toBe(0);
  const key = readFileSync(image.caKey, "utf8").split("\n")[1] ?? "";
  expect(key.length).toBeGreaterThan(40);
  const search = ["-rlF", "--devices=skip", key, ...image.lower.map((layer) => join(layer, "etc"))];
  expect((await run("grep", search)).text).toBe("");
  expect(image.lower.some((layer) => image.caKey.startsWith(layer))).toBe(false);
});

test("a script that fails says what it said last, and where all of it is, however slow the disk", async () => {
  const failing = script("failing.sh", "echo early; echo 'no such mirror' >&2; exit 3");
  const log = join(directory, "failing.log");
  // Node's files wait for its threads: while these are busy, the log is not written.
  for (let each = 0; each < 8; each++) pbkdf2("a", "b", 1_000_000, 64, "sha512", () => {});
  await expect(runScript({ script: failing, environment: {}, log })).rejects.toMatchObject({
    code: "lab/image-build-failed",
    detail: expect.stringMatching(/^exit 3[\s\S]*no such mirror/),
    hint: expect.stringContaining(log),
  });
  expect(readFileSync(log, "utf8")).toContain("early");
});

test("when a build's command is killed, its processes and mounts are gone too", async () => {
  const place = join(directory, "place");
  const text = `mkdir ${place}; mount -t tmpfs tmpfs ${place}; sleep 1000 & echo started > ${directory}/started; wait`;
  const path = script("long.sh", text);
  const module = new URL("../../src/lab/images/run-script.ts", import.meta.url).pathname;
  const program = `const { runScript } = await import(${JSON.stringify(module)});
    await runScript({ script: ${JSON.stringify(path)}, environment: {}, log: "/dev/null" });`;
  const builder = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  await vi.waitUntil(() => existsSync(join(directory, "started")), { timeout: 10_000 });
  const { text: found } = await run("pgrep", ["-f", path]);
  const processes = found
    .split("\n")
    .map(Number)
    .map(processId)
    .filter((id) => id !== undefined);
  expect(processes.length).toBeGreaterThan(0);
  const ended = once(builder, "exit");
  builder.kill("SIGKILL");
  await ended;
  expect(await gone(processes, 5_000)).toBe(true);
  expect(readFileSync("/proc/mounts", "utf8")).not.toContain(place);
});

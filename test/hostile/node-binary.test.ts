/** The Node that a checkout runs is the one that the repository lists, byte for byte. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const list = readFileSync(join(root, "setup/node-hashes.txt"), "utf8");

let checkout: string;
let node: string;

/** A checkout whose Node is a small script, listed with its hash. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "wayout-checkout-"));
  mkdirSync(join(checkout, "setup"));
  mkdirSync(join(checkout, "node_modules/node/bin"), { recursive: true });
  for (const file of ["wayout", "setup/check-node.sh"]) copyFileSync(join(root, file), join(checkout, file));
  node = join(checkout, "node_modules/node/bin/node");
  writeFileSync(node, "#!/bin/sh\necho it ran\n");
  chmodSync(node, 0o755);
  const hash = createHash("sha256").update(readFileSync(node)).digest("hex");
  writeFileSync(join(checkout, "setup/node-hashes.txt"), `# hashes\n1.2.3 linux-x64 ${hash}\n`);
});
afterEach(() => rmSync(checkout, { recursive: true }));

function run() {
  const { status, stdout, stderr } = spawnSync(join(checkout, "wayout"), ["plan"], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("the listed one is run, and remembered", () => {
  expect(run()).toEqual({ status: 0, stdout: "it ran\n", stderr: "" });
  expect(existsSync(join(checkout, "node_modules/.node-checked"))).toBe(true);
  expect(run()).toEqual({ status: 0, stdout: "it ran\n", stderr: "" });
});

test.each([
  ["before its first run", () => undefined],
  ["after it was found right", () => void run()],
])("one with a changed byte is not run: %s", (_, before) => {
  before();
  const { atime, mtime } = statSync(node);
  writeFileSync(node, readFileSync(node, "utf8").replace("it ran", "it RAN"));
  utimesSync(node, atime, mtime);
  expect(run()).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /is not the Node that .* was tested with[\s\S]*sha256: [0-9a-f]{64}[\s\S]*1\.2\.3 \(linux-x64\)[\s\S]*hint: Remove node_modules and run `npm ci`/,
    ),
  });
});

test("a longer one, and another file in its place, are not run", () => {
  run();
  appendFileSync(node, "\n");
  expect(run()).toMatchObject({ status: 1, stdout: "" });
  rmSync(node);
  copyFileSync("/bin/echo", node);
  expect(run()).toMatchObject({ status: 1, stdout: "" });
});

test("the list is of the version that the lock file pins, and has this machine's Node", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const { version } = lock.packages["node_modules/node"];
  for (const platform of ["linux-x64", "linux-arm64"]) {
    expect(list).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")} ${platform} [0-9a-f]{64}$`, "m"));
  }
  execFileSync("sh", [join(root, "setup/check-node.sh")]);
});

test("every command of package.json that begins as root checks it first", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of [
    "start",
    "pretest",
    "preunit",
    "prelab",
    "prebench",
    "pretest:clients",
    "pretest:openstack",
  ]) {
    expect(scripts[name]).toMatch(/^sh setup\/check-node\.sh/);
  }
});

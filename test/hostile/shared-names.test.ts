/** What all users of a machine share: another user gains nothing by being there first. Needs root, to be another user. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openControlFolder } from "../../src/cli/control-folder.ts";
import { exclusively } from "../../src/lab/client/lock.ts";
import { cacheDirectory } from "../../src/lab/images/cache.ts";

const nobody = 65_534;
const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
const wayout = join(import.meta.dirname, "..", "..", "wayout");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-shared-"));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function madeBy(uid: number, name: string, mode: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  chownSync(path, uid, uid);
  chmodSync(path, mode);
  return path;
}

describe.runIf(process.getuid?.() === 0)("another user of the machine", () => {
  test("does not keep labs from coming up by taking the name of a lock", async () => {
    const script = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0);
      bind(S, pack_sockaddr_un("\\0wayout-labs")) or die; listen(S, 1); $| = 1; print "taken\\n"; <STDIN>`;
    const other = spawn("setpriv", [...asNobody, "perl", "-e", script]);
    onTestFinished(() => void other.kill("SIGKILL"));
    await once(other.stdout, "data");
    expect(await exclusively(async () => "inside")).toBe("inside");
  });

  test("can neither enter nor make what the lab's lock and the labs lie in", async () => {
    await exclusively(async () => {
      expect(statSync("/run/wayout")).toMatchObject({ uid: 0, mode: 0o40700 });
      const tried = spawnSync("setpriv", [...asNobody, "sh", "-c", "echo > /run/wayout/labs.lock"]);
      expect(tried.status).not.toBe(0);
    });
  });

  test("cannot put an image into the cache that the lab boots as root", () => {
    for (const path of [madeBy(nobody, "theirs", 0o700), madeBy(0, "open", 0o777)]) {
      expect(() => cacheDirectory({ WAYOUT_CACHE: path })).toThrow(
        expect.objectContaining({ code: "lab/folder-exposed" }),
      );
    }
    const below = join(madeBy(nobody, "way", 0o755), "cache");
    expect(() => cacheDirectory({ WAYOUT_CACHE: below })).toThrow(/not safe from other users/);
  });

  test("cannot replace the folder of SSH's sockets", () => {
    for (const path of [madeBy(nobody, "theirs", 0o755), madeBy(0, "open", 0o777)]) {
      expect(() => openControlFolder(path)).toThrow(
        expect.objectContaining({ code: "host/control-folder-exposed" }),
      );
      expect(readdirSync(path)).toEqual([]);
    }
  });

  test.each([
    ["HOME is theirs, as it can be under sudo", nobody, 0o755],
    ["they can write to HOME", 0, 0o777],
  ])("gets no compiled code of theirs run, and finds none of root's: %s", (_, uid, mode) => {
    const home = madeBy(uid, "home", mode);
    const { status } = spawnSync(wayout, ["--version"], { env: { PATH: process.env.PATH, HOME: home } });
    expect(status).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });

  test("leaves a HOME of root's own its cache", () => {
    const home = madeBy(0, "home", 0o755);
    spawnSync(wayout, ["--version"], { env: { PATH: process.env.PATH, HOME: home } });
    expect(readdirSync(join(home, ".cache/wayout/compiled"))).toHaveLength(1);
    expect(statSync(join(home, ".cache/wayout")).mode & 0o777).toBe(0o700);
  });
});

test.runIf(process.getuid?.() === 0)(
  "labs are claimed one at a time, and waiting ends with Ctrl-C",
  async () => {
    const order: string[] = [];
    const stop = new AbortController();
    await Promise.all([
      exclusively(async () => {
        order.push("first");
        const waiting = exclusively(async () => undefined, stop.signal);
        stop.abort();
        await expect(waiting).rejects.toMatchObject({ code: "lab/interrupted" });
        order.push("first ends");
      }),
      exclusively(async () => void order.push("second")),
    ]);
    expect(order.join(", ")).toMatch(/^(first, first ends, second|second, first, first ends)$/);
  },
);

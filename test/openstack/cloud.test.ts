/** The script that sets the cloud up: what it refuses, and that it can be called again after anything. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { run } from "../lab/wayout-command.ts";
import { openEndpoint, readEntry } from "./calls/endpoint.ts";
import { cloudsFile, stateFolder, upScript } from "./cloud.ts";

const foreign: ChildProcess[] = [];
afterEach(async () => {
  for (const child of foreign.splice(0)) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
});

const pidOf = (name: string): number =>
  Number(readFileSync(join(stateFolder, "run", `${name}.pid`), "utf8").split(" ")[0]);

/** Nobody may have asked for the exit code of one that has ended: a zombie. */
function runs(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

test("a machine with a MariaDB of its own is refused, by name and process, and nothing is changed", async () => {
  const child = spawn("sleep", ["600"], { argv0: "/usr/sbin/mariadbd", stdio: "ignore" });
  foreign.push(child);
  await once(child, "spawn");
  const refused = await run("env", "WAYOUT_OPENSTACK_STATE=/tmp/wayout-openstack-refused", upScript);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`process ${child.pid}, mariadbd`);
  expect(refused.stderr).toContain("nothing was changed");
  expect(existsSync("/tmp/wayout-openstack-refused")).toBe(false);
});

test("its own services are not somebody else's, and are left alone when it is called again", async () => {
  const before = ["tree", "neutron-server", "nova-api", "mariadb", "rabbit"].map(pidOf);
  const again = await run(upScript);
  expect(again, again.stderr).toMatchObject({ code: 0, stdout: `${cloudsFile}\n` });
  expect(["tree", "neutron-server", "nova-api", "mariadb", "rabbit"].map(pidOf)).toEqual(before);
});

test("a service that has died is started again", async () => {
  const keystone = pidOf("keystone");
  await run("sh", "-c", `kill -KILL $(pgrep -P ${keystone})`);
  await expect.poll(() => runs(keystone), { timeout: 20_000 }).toBe(false);
  const again = await run(upScript);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(pidOf("keystone")).not.toBe(keystone);
  await openEndpoint(readEntry(cloudsFile, "tenant"));
});

test("everything listens on loopback or in the cloud's own namespaces", async () => {
  const { stdout } = await run("nsenter", "--target", `${pidOf("tree")}`, "--pid", "--mount", "ss", "-Hltnp");
  const own = stdout
    .split("\n")
    .filter((line) => /:(15000|19696|18774|18778|19292|15673|14369|15674)\s/.test(line));
  expect(own.length).toBeGreaterThanOrEqual(8);
  expect(own.filter((line) => !/\s(127\.0\.0\.1|\[::1\]):\d+\s/.test(line))).toEqual([]);
});

/** How a lab begins and ends, and that nothing of it is left however it ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { readOwner } from "../../src/lab/client/owner.ts";
import { placesOf } from "../../src/lab/client/places.ts";
import { gone, processId } from "../../src/lab/client/process-id.ts";
import { labStatusSchema } from "../../src/lab/client/status.ts";
import { daemonOf, leftOf, tracesOf } from "./traces.ts";
import { must, run, wayout, wayoutPath } from "./wayout-command.ts";

const name = "test-life";
const second = "test-life-2";

const holderOf = (traces: ReturnType<typeof tracesOf>): number => traces.holder.pid;

afterEach(async () => {
  for (const lab of [name, second]) await wayout("lab", "down", "--name", lab);
});

test("a lab comes up, works, and goes without a trace", async () => {
  await must("lab", "up", "--name", name);
  const traces = tracesOf(name);
  expect(traces.namespaces.size).toBeGreaterThan(10);

  const status = labStatusSchema.parse(JSON.parse(await must("lab", "status", "--name", name, "--json")));
  expect(status.scenario).toBe("manual");
  expect(
    status.servers.map((each) => [each.name, each.privateIp, each.eip, each.subnet, each.kind, each.state]),
  ).toEqual([
    ["ecs-proxy", "192.168.125.4", "203.0.113.10", "subnet-app", "machine", "ACTIVE"],
    ["ecs-app-1", "192.168.125.11", null, "subnet-app", "light", "ACTIVE"],
    ["ecs-app-2", "192.168.125.12", null, "subnet-app", "light", "ACTIVE"],
    ["ecs-other-1", "192.168.126.11", null, "subnet-other", "light", "ACTIVE"],
  ]);

  const seen = await must(
    "lab",
    "ssh",
    "--name",
    name,
    "ecs-proxy",
    "--",
    "curl",
    "-sSm5",
    "https://site.example/",
  );
  expect(JSON.parse(seen)).toMatchObject({ address: "203.0.113.10" });
  expect(await must("lab", "ssh", "--name", name, "ecs-other-1", "--", "hostname")).toBe("ecs-other-1\n");
  const noWayOut = ["--", "curl", "-sm1", "http://198.51.100.10/"];
  expect((await wayout("lab", "exec", "--name", name, "ecs-app-1", ...noWayOut)).code).toBe(28);
  expect((await wayout("lab", "exec", "--name", name, "ecs-app-1", "--", "sh", "-c", "exit 7")).code).toBe(7);

  await must("lab", "down", "--name", name);
  expect(leftOf(traces)).toEqual([]);
  expect((await wayout("lab", "status", "--name", name)).stderr).toContain(`lab "${name}" is not up`);
});

test("its secrets are readable by their owner alone", async () => {
  await must("lab", "up", "empty", "--name", name);
  const places = placesOf(name);
  expect(statSync(places.run).mode & 0o777).toBe(0o700);
  for (const path of [
    places.socket,
    places.clouds,
    places.facts,
    places.userKey,
    places.hostKey,
    places.sshConfig,
  ]) {
    expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
  }
  const { password } = JSON.parse(readFileSync(places.facts, "utf8")).cloud.auth;
  expect(readFileSync(places.log, "utf8")).not.toContain(password);
  expect(await must("lab", "status", "--name", name, "--json")).not.toContain(password);
});

test("a second lab of one name is refused, and the first one stays", async () => {
  await must("lab", "up", "empty", "--name", name);
  const again = await wayout("lab", "up", "empty", "--name", name);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain(`lab "${name}" is already up`);
  await must("lab", "status", "--name", name);
});

test.each([
  ["the daemon", ["lab", "status", "--name", name], daemonOf],
  ["the outermost process", ["lab", "status", "--name", name], holderOf],
  ["the daemon", ["plan", "--file", "wayout.yaml", "--lab", name], daemonOf],
])("after kill -9 of %s the next command leaves nothing: %j", async (_, command, victim) => {
  await must("lab", "up", "--name", name);
  const traces = tracesOf(name);
  process.kill(victim(traces), "SIGKILL");
  expect(await gone(traces.processes, 10_000)).toBe(true);
  expect((await wayout(...command)).stderr).toContain("is not up");
  expect(leftOf(traces)).toEqual([]);
});

test("two labs with the same addresses run side by side and do not see each other", async () => {
  await Promise.all([must("lab", "up", "--name", name), must("lab", "up", "--name", second)]);
  const machineId = async (lab: string): Promise<string> =>
    await must("lab", "ssh", "--name", lab, "ecs-app-1", "--", "cat", "/etc/machine-id");
  const [one, two] = await Promise.all([machineId(name), machineId(second)]);
  expect(one).not.toBe(two);
  await must(
    "lab",
    "exec",
    "--name",
    name,
    "ecs-app-1",
    "--",
    "ip",
    "addr",
    "add",
    "192.168.125.99/32",
    "dev",
    "lo",
  );
  await must("lab", "break", "--name", name, "cable", "ecs-proxy");
  await must("lab", "ssh", "--name", second, "ecs-proxy", "--", "true");
  const [, other] = [await must("lab", "down", "--name", name), tracesOf(second)];
  await must("lab", "ssh", "--name", second, "ecs-app-1", "--", "true");
  await must("lab", "down", "--name", second);
  expect(leftOf(other)).toEqual([]);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s while a lab comes up leaves nothing", async (signal) => {
  const up = spawn(wayoutPath, ["lab", "up", "--name", name], { stdio: "ignore" });
  const ended = once(up, "exit");
  const traces = await whileStarting();
  up.kill(signal);
  expect(await ended).not.toEqual([0, null]);
  expect(leftOf(traces)).toEqual([]);
});

test("kill -9 of `lab up` ends the half lab, and the next command leaves nothing", async () => {
  const up = spawn(wayoutPath, ["lab", "up", "--name", name], { stdio: "ignore" });
  const traces = await whileStarting();
  up.kill("SIGKILL");
  expect(await gone(traces.processes, 10_000)).toBe(true);
  await wayout("lab", "status", "--name", name);
  expect(leftOf(traces)).toEqual([]);
});

test("a lab that cannot come up whole leaves nothing and shows its log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wayout-daemon-"));
  const file = join(folder, "broken.yaml");
  writeFileSync(
    file,
    "vpcs: [{ name: v, cidr: 10.0.0.0/16, subnets: [{ name: s, cidr: 10.0.0.0/24 }] }]\n" +
      // What makes a server deaf is nft, and the old one has none.
      "servers: [{ name: a, subnet: s, kind: machine, image: sysv }, { name: b, subnet: s }]\nfaults: [deaf a b]\n",
  );
  const up = await wayout("lab", "up", file, "--name", name);
  rmSync(folder, { recursive: true });
  expect(up.code).toBe(1);
  expect(up.stderr).toContain("a command inside a failed");
  expect(up.stderr).toContain("nft: not found");
  const { stdout } = await run("find", "/run/wayout/labs", "/var/lib/wayout/labs", "-name", name);
  expect(stdout).toBe("");
});

/** Resolves when the lab's daemon runs; the lab is not up yet. */
function whileStarting(): Promise<ReturnType<typeof tracesOf>> {
  return vi.waitUntil(starting, { timeout: 10_000, interval: 2 });
}

function starting(): ReturnType<typeof tracesOf> | undefined {
  const owner = readOwner(placesOf(name).owner);
  if (!owner?.starting || owner.holder.pid === process.pid || !processId(owner.holder.pid)) return undefined;
  const traces = tracesOf(name);
  // Before the daemon runs, the holder is still the command itself.
  return traces.processes.length > 2 && traces.namespaces.size > 3 ? traces : undefined;
}

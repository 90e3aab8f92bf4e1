/** Runs: two at once, one interrupted, one adopted, one that changes nothing; and what a bad spec may never do. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ask } from "../../src/lab/client/control.ts";
import { placesOf } from "../../src/lab/client/places.ts";
import { childrenOf } from "../../src/lab/client/process-id.ts";
import { apiCallSchema } from "../../src/lab/client/status.ts";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, run, wayout, wayoutPath } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

const lab = "test-runs";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
let start: { cloud: unknown; host: string };

const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });
const backToStart = async () => {
  await must("undo", ...where);
  const end = await state();
  expect(end.cloud).toEqual(start.cloud);
  expect(end.host).toBe(start.host);
};
const writes = async () => {
  const calls = await ask(placesOf(lab), "GET", "/calls", z.array(apiCallSchema));
  return calls.filter((call) => call.writes).length;
};

beforeAll(async () => {
  await must("lab", "up", "--name", lab);
  start = await state();
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

/** Starts an apply and resolves once it has begun to change things. */
async function applyInProgress() {
  const child = spawn(wayoutPath, ["apply", "--yes", ...where], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const begun = new Promise<void>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes(": apply")) resolve();
    });
  });
  await begun;
  return { child, ended: once(child, "close"), said: () => said };
}

/** The command lines of the processes that a process has started, and those have started. */
function commandsBelow(pid: number): string[] {
  return childrenOf(pid).flatMap((child) => {
    try {
      return [readFileSync(`/proc/${child}/cmdline`, "utf8"), ...commandsBelow(child)];
    } catch {
      // It ended in between.
      return [];
    }
  });
}

async function outcomes(): Promise<string[]> {
  const { runs } = z
    .object({ runs: z.array(z.object({ outcome: z.string() })) })
    .parse(JSON.parse(await must("runs", "--json", ...where)));
  return runs.map((run) => run.outcome);
}

test("a second run at the same time is refused and names the first", async () => {
  const first = await applyInProgress();
  first.child.kill("SIGSTOP");
  const second = await wayout("apply", "--yes", "--json", ...where);
  first.child.kill("SIGCONT");
  expect(second.code).toBe(1);
  expect(JSON.parse(second.stdout)).toMatchObject({
    error: { code: "run/locked", summary: expect.stringMatching(/^run \d{4} is working on gateway egress$/) },
  });
  expect((await first.ended)[0]).toBe(0);
  await backToStart();
});

test("the lock of a run that died is taken over", async () => {
  const first = await applyInProgress();
  first.child.kill("SIGKILL");
  await first.ended;
  await must("apply", "--yes", ...where);
  expect((await outcomes()).slice(-2)).toEqual(["died", "done"]);
  await backToStart();
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops between two steps, and the next apply goes on",
  async (signal) => {
    const first = await applyInProgress();
    first.child.kill(signal);
    expect((await first.ended)[0]).toBe(1);
    expect(first.said()).toContain("was stopped between two steps");
    await must("apply", "--yes", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    await backToStart();
  },
);

test("a lost terminal stops between two steps as well, and cuts no step on the host short", async () => {
  // With a shell that leads the session and ends first: the kernel then hangs up on whatever runs in the foreground.
  const apply = `${[wayoutPath, "apply", "--yes", ...where].join(" ")}; true`;
  const terminal = spawn("script", ["-qec", apply, "/dev/null"], { stdio: "ignore" });
  const freshLogin = () =>
    commandsBelow(terminal.pid ?? 0).some((words) => words.includes("ControlPath=none"));
  await expect.poll(freshLogin, { timeout: 60_000, interval: 5 }).toBe(true);
  terminal.kill("SIGKILL");
  await once(terminal, "close");
  await expect.poll(async () => (await outcomes()).at(-1), { timeout: 60_000 }).toBe("stopped");
  await backToStart();
});

test("without --yes and without a terminal nothing is changed", async () => {
  const applied = await wayout("apply", ...where);
  expect(applied).toMatchObject({ code: 1, stderr: expect.stringContaining("code: apply/not-confirmed") });
  expect(await cloudState(lab)).toEqual(start.cloud);
});

test("an undo shows first what it takes back, and on a terminal it asks", async () => {
  await must("apply", "--yes", ...where);
  const applied = await cloudState(lab);
  const onTerminal = (answer: string) =>
    run("sh", "-c", `echo ${answer} | script -qec "${[wayoutPath, "undo", ...where].join(" ")}" /dev/null`);
  const declined = await onTerminal("n");
  expect(declined.stdout).toContain("- Let ecs-proxy forward packets: back to: off, off after a boot");
  expect(declined.stdout).toContain("nothing was changed");
  expect(await cloudState(lab)).toEqual(applied);
  expect((await onTerminal("y")).stdout).toContain("undo: 5 steps taken back");
  expect(await cloudState(lab)).toEqual(start.cloud);
});

describe("what someone set up by hand after the manual", () => {
  const byHand = `set -e
echo 'net.ipv4.ip_forward = 1' >> /etc/sysctl.conf; sysctl -qp
iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4
printf '#!/bin/sh -e\\niptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4\\nexit 0\\n' > /etc/rc.local
chmod +x /etc/rc.local`;

  test("is recognised, blocks the plan, is adopted on request, and comes back with undo", async () => {
    const cloud = await labCloud(lab);
    const [proxy, tables] = [
      (await cloud.servers()).find((one) => one.name === "ecs-proxy"),
      await cloud.routeTables(),
    ];
    const [nic] = await cloud.nics({ serverId: proxy?.id ?? "" });
    const table = tables[0];
    if (!proxy || !nic || !table) throw new Error("the lab has no proxy");
    await inside(lab, "ecs-proxy", "sh", "-c", byHand);
    await must("lab", "reboot", "ecs-proxy", "--name", lab);
    await cloud.setAddressPairs(nic.id, [{ ip_address: "1.1.1.1/0" }]);
    await cloud.addRoute(table.id, {
      destination: "0.0.0.0/0",
      type: "ecs",
      nextHop: proxy.id,
      description: "by hand",
    });
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    const manual = await state();

    const planned = await wayout("plan", ...where);
    expect(planned.code).toBe(1);
    expect(planned.stdout.match(/--adopt/g)?.length).toBeGreaterThanOrEqual(2);
    expect(await wayout("plan", "--adopt", ...where)).toMatchObject({ code: 2 });
    await must("apply", "--yes", "--adopt", ...where);
    expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
    await must("lab", "reboot", "ecs-proxy", "--name", lab);
    await must("verify", ...where);

    await must("undo", ...where);
    const end = await state();
    expect(end.cloud).toEqual(manual.cloud);
    expect(end.host).toBe(manual.host);
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");

    await cloud.deleteRoute(table.id, {
      destination: "0.0.0.0/0",
      type: "ecs",
      nextHop: proxy.id,
      description: "",
    });
    await cloud.setAddressPairs(nic.id, []);
    const script =
      "iptables -t nat -F POSTROUTING; rm /etc/rc.local; sed -i '/^net.ipv4.ip_forward = 1$/d' /etc/sysctl.conf; sysctl -qw net.ipv4.ip_forward=0";
    await inside(lab, "ecs-proxy", "sh", "-c", script);
    await must("lab", "reboot", "ecs-proxy", "--name", lab);
  });
});

test("a table of somebody else under our name blocks the plan and stays as it is", async () => {
  const theirs = "add table ip wayout; add chain ip wayout theirs; add rule ip wayout theirs counter";
  await inside(lab, "ecs-proxy", "nft", theirs);
  const ruleset = await inside(lab, "ecs-proxy", "nft", "-s", "list", "ruleset");
  const planned = await wayout("plan", "--adopt", ...where);
  expect(planned.code).toBe(1);
  expect(planned.stdout).toContain("an nftables table ip wayout that Wayout did not make");
  expect(await wayout("apply", "--yes", "--adopt", ...where)).toMatchObject({ code: 1 });
  expect(await inside(lab, "ecs-proxy", "nft", "-s", "list", "ruleset")).toEqual(ruleset);
  await inside(lab, "ecs-proxy", "nft", "delete", "table", "ip", "wayout");
});

test("undo --force goes on past what cannot be brought back, and tells it", async () => {
  await must("apply", "--yes", ...where);
  const path = "/proc/sys/net/ipv4/ip_forward";
  const pin = `mount --bind ${path} ${path} && mount -o remount,bind,ro ${path}`;
  expect(await inside(lab, "ecs-proxy", "sh", "-c", pin)).toMatchObject({ code: 0 });
  const undone = await wayout("undo", ...where);
  expect(undone).toMatchObject({ code: 1, stderr: expect.stringContaining("code: undo/not-back") });
  const forced = await wayout("undo", "--force", ...where);
  expect(forced).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /left: Let ecs-proxy forward packets: it cannot be brought back: .* reads on/,
    ),
  });
  await inside(lab, "ecs-proxy", "sh", "-c", `umount ${path} && echo 0 > ${path}`);
  await backToStart();
});

describe("a spec that does not fit the cloud", () => {
  test.each([
    ["an unknown VPC", { vpc: "vpc-dmeo" }, "4:10: no VPC vpc-dmeo; did you mean vpc-demo?"],
    [
      "an unknown subnet",
      { subnets: "[subnet-ap]" },
      "6:15: no subnet subnet-ap in vpc-demo; did you mean subnet-app?",
    ],
    [
      "an unknown server",
      { proxies: "[ecs-prxy]" },
      "5:15: no server ecs-prxy in vpc-demo; did you mean ecs-proxy?",
    ],
    ["a proxy without an EIP", { proxies: "[ecs-app-1]" }, "5:15: ecs-app-1 has no EIP"],
    [
      "a destination inside the VPC",
      { destinations: "[192.168.7.0/24]" },
      "7:20: 192.168.7.0/24 is inside vpc-demo",
    ],
    [
      "an EIP that the account does not have",
      { publicIp: "203.0.113.200" },
      "the account has no EIP 203.0.113.200",
    ],
  ])("is refused with its place: %s", async (_, lines, expected) => {
    file.write(lines);
    const before = await writes();
    for (const command of ["plan", "apply"] as const) {
      const ended = await wayout(command, ...(command === "apply" ? ["--yes"] : []), ...where);
      expect(ended.code).toBe(1);
      expect(ended.stdout + ended.stderr).toContain(expected);
    }
    expect(await writes()).toBe(before);
    file.write({});
  });
});

test("a table of the gateway's own leaves the other subnet's table alone", async () => {
  file.write({ routeTable: "own" });
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
  const tables = await (await labCloud(lab)).routeTables();
  const shared = tables.find((table) => table.isDefault);
  expect(shared?.routes.some((route) => route.destination === "0.0.0.0/0")).toBe(false);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  await backToStart();
  file.write({});
});

test("a proxy in another subnet carries a narrower destination, and nothing else", async () => {
  file.write({ subnets: "[subnet-other]", routeTable: "own", destinations: "[198.51.100.10/32]" });
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-other-1")).toBe("203.0.113.10");
  const elsewhere = await inside(lab, "ecs-other-1", "ping", "-c", "1", "-W", "1", "198.51.100.20");
  expect(elsewhere.code).not.toBe(0);
  await backToStart();
  file.write({});
});

test("an EIP is allocated for a proxy that has none, and given back", async () => {
  const cloud = await labCloud(lab);
  const server = (await cloud.servers()).find((one) => one.name === "ecs-app-2");
  const [nic] = await cloud.nics({ serverId: server?.id ?? "" });
  const letsSshIn = (await cloud.securityGroups()).find((group) => group.name === "sg-ssh");
  if (!nic || !letsSshIn) throw new Error("the lab's scenario has changed");
  await cloud.setNicSecurityGroups(nic.id, [...nic.securityGroupIds, letsSshIn.id]);
  const before = await cloudState(lab);
  file.write({ proxies: "[ecs-app-2]", publicIp: "allocate" });
  const planned = await wayout("plan", ...where);
  expect(planned.code).toBe(2);
  expect(planned.stdout).toContain("known after apply");
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.11");
  await must("undo", ...where);
  expect(await cloudState(lab)).toEqual(before);
  await cloud.setNicSecurityGroups(nic.id, nic.securityGroupIds);
  file.write({});
});

test("no secret is in the journal, the answers or the errors", async () => {
  const { cloudsFile } = await (await import("../../src/lab/client/labs.ts")).openLab(lab);
  const { readFileSync, readdirSync } = await import("node:fs");
  const password = /password: "?([^"\n]+)"?/.exec(readFileSync(cloudsFile, "utf8"))?.[1] ?? "";
  expect(password.length).toBeGreaterThan(10);
  const folder = `${placesOf(lab).run}/journal`;
  for (const name of readdirSync(folder))
    expect(readFileSync(`${folder}/${name}`).includes(password), name).toBe(false);
  await must("lab", "break", "--name", lab, "api", "--status", "500");
  const failed = await wayout("plan", "--json", ...where);
  await must("lab", "mend", "--all", "--name", lab);
  expect(failed.stdout + failed.stderr).not.toContain(password);
  expect(failed.stdout + failed.stderr).not.toMatch(/gAAAA|X-Auth-Token: \S/);
});

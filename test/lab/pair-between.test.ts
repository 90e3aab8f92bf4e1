/** Pairs whose proxies stand between two networks: an address in each, on plain OpenStack, by a router's route and by DHCP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { keptDuring } from "./held-connections.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const lab = "test-between";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const patience = { timeout: 60_000, interval: 500 };
const hosts = ["ecs-between", "ecs-between-2", "ecs-beside", "ecs-beside-2"];
const state = async () => ({
  cloud: await cloudState(lab),
  hosts: await Promise.all(hosts.map((host) => hostState(lab, host))),
});
const specOf = (between: string, beside: string) => `cloud: lab
gateways:
  - { name: inside, vpc: router-inside, subnets: [subnet-inside], ${between} }
  - { name: alone, vpc: subnet-alone, subnets: [subnet-alone], ${beside} }
`;

const statusSchema = z.object({
  gateways: z.array(z.object({ pair: z.object({ active: z.string().nullable(), inSync: z.boolean() }) })),
});
/** Of the gateway `inside`. */
const pair = async () =>
  statusSchema.parse(JSON.parse((await wayout("status", "--json", ...where)).stdout)).gateways[0]?.pair;
/** In sync, and nobody has points in the election for what happened before. */
const settled = async () => {
  await expect.poll(async () => (await pair())?.inSync, patience).toBe(true);
  const score = async () =>
    (await inside(lab, (await pair())?.active ?? "", "cat", "/run/wayout-pair/score")).stdout.trim();
  await expect.poll(score, patience).toBe("0");
};
const other = (server: string) => (server === "ecs-between" ? "ecs-between-2" : "ecs-between");

/**
 * Drops everything on one NIC alone, whatever the link says. What comes in is enough where nobody depends on what goes out,
 * and programs there are told nothing, as with a fabric that drops.
 */
async function cut(server: string, device: string, which: "all" | "coming"): Promise<AsyncDisposable> {
  const chain = (name: string, hook: string, priority: number) =>
    `chain ${name} { type filter hook ${hook} device "${device}" priority ${priority}; policy drop; }`;
  const rules = `table netdev cut {
${chain("coming", "ingress", -500)}
${which === "all" ? chain("going", "egress", 500) : ""}
}`;
  const made = await inside(lab, server, "nft", rules);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  return {
    [Symbol.asyncDispose]: async () => {
      await inside(lab, server, "nft", "delete", "table", "netdev", "cut");
    },
  };
}

const networks = [
  ["the clients' network", "eth1"],
  ["the public one", "eth0"],
] as const;

let start: Awaited<ReturnType<typeof state>>;

beforeAll(async () => {
  await must("lab", "up", "openstack", "--name", lab);
  start = await state();
  file.writeText(specOf("proxies: [ecs-between]", "proxies: [ecs-beside]"));
  await must("apply", "--yes", ...where);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test("a second proxy makes each of them a pair, and connections that are open go on", async () => {
  file.writeText(
    specOf(
      "proxies: [ecs-between, ecs-between-2], publicIp: 203.0.113.20",
      "proxies: [ecs-beside, ecs-beside-2]",
    ),
  );
  const kept = await keptDuring(lab, "ecs-inside-1", 20, async () => {
    await must("apply", "--yes", ...where);
  });
  expect(kept).toBe(20);
  expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.20");
  // The EIP has gone along to the pair.
  expect(await seenAs(lab, "ecs-alone-1")).toBe("203.0.113.13");
  const planned = await wayout("plan", ...where);
  expect(planned, planned.stdout).toMatchObject({ code: 0 });
});

test("a proxy that gave its EIP to the pair has a way out in either role", async () => {
  expect(await seenAs(lab, "ecs-beside")).toBe("203.0.113.13");
  await expect.poll(async () => (await wayout("switch", "alone", ...where)).code, patience).toBe(0);
  await expect.poll(() => seenAs(lab, "ecs-beside"), patience).toBe("203.0.113.13");
  // What it answers by its outer address, to whoever logs in by that, goes as before.
  const wayFrom = async (...words: readonly string[]) =>
    (await inside(lab, "ecs-beside", "ip", "-4", "route", "get", "198.51.100.99", ...words)).stdout;
  expect(await wayFrom("from", "192.168.126.5")).toContain("via 192.168.126.1 dev eth0");
  expect(await wayFrom("from", "10.30.1.4")).toContain("dev eth1");
  expect(await wayFrom()).toContain("dev eth1");
  await expect.poll(async () => (await wayout("verify", ...where)).code, patience).toBe(0);
  expect((await wayout("plan", ...where)).code).toBe(0);
});

test("every connection survives the cables of the active proxy, and a switch back", async () => {
  await settled();
  const was = (await pair())?.active ?? "";
  const kept = await keptDuring(lab, "ecs-inside-1", 100, async () => {
    await must("lab", "break", "cable", was, "--name", lab);
    await expect.poll(async () => (await pair())?.active, patience).toBe(other(was));
    await must("lab", "mend", `cable ${was}`, "--name", lab);
    await settled();
    await must("switch", "inside", ...where);
  });
  expect(kept).toBe(100);
  expect((await pair())?.active).toBe(was);
});

test.each(networks)(
  "an active proxy that is cut off from %s alone hands over, with every connection",
  async (_, device) => {
    await settled();
    const was = (await pair())?.active ?? "";
    const kept = await keptDuring(lab, "ecs-inside-1", 50, async () => {
      await using _cut = await cut(was, device, "all");
      // Nobody can log in to a proxy by the network that it is cut off from: the other one is asked.
      const taken = async () => (await inside(lab, other(was), "cat", "/run/wayout-pair/role")).stdout;
      await expect.poll(taken, patience).toContain("role=active");
      await expect.poll(() => seenAs(lab, "ecs-inside-1"), patience).toBe("203.0.113.20");
    });
    expect(kept).toBe(50);
    await settled();
    expect((await pair())?.active).toBe(other(was));
  },
);

test.each(networks)("a standby that is cut off from %s alone does not take the role", async (_, device) => {
  await settled();
  const was = (await pair())?.active ?? "";
  const log = ["journalctl", "-u", "wayout-pair", "--no-pager", "-o", "cat"];
  const standby = other(was);
  const before = (await inside(lab, standby, ...log)).stdout.length;
  // It could take the role: the last time that it did is not less than a minute ago, as far as it knows.
  await inside(lab, standby, "rm", "-f", "/run/wayout-pair/gave");
  await using _cut = await cut(standby, device, "coming");
  // Its own test by the active one has failed often enough by then.
  const behind = async () => (await inside(lab, standby, "cat", "/run/wayout-pair/unsynced")).stdout.trim();
  if (device === "eth1") await expect.poll(behind, patience).toMatch(/for (9|\d\d) s/);
  else await expect.poll(() => seenAs(lab, standby), patience).toBeUndefined();
  expect((await inside(lab, was, "cat", "/run/wayout-pair/role")).stdout).toContain("role=active");
  expect((await inside(lab, standby, ...log)).stdout.slice(before)).not.toContain("takes the active role");
});

test("the second proxy goes on alone, by its own EIP, when the first one leaves the pair", async () => {
  await settled();
  file.writeText(specOf("proxies: [ecs-between-2]", "proxies: [ecs-beside, ecs-beside-2]"));
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.14");
  const planned = await wayout("plan", ...where);
  expect(planned, planned.stdout).toMatchObject({ code: 0 });
});

const alone = specOf("proxies: [ecs-between]", "proxies: [ecs-beside, ecs-beside-2]");

test("going back to the first proxy, a run that fails at the route leaves the way out as it was", async () => {
  file.writeText(specOf("proxies: [ecs-between, ecs-between-2]", "proxies: [ecs-beside, ecs-beside-2]"));
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.12");
  file.writeText(`${alone}probes: { ping: [198.51.100.77] }\n`);
  const failed = await wayout("apply", "--yes", ...where);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("apply/proxy-not-proven") });
  expect(failed.stderr).toContain("ok ecs-between tcp");
  expect(failed.stderr).toMatch(
    /this stays removed.*\n {2}Let ecs-between-2 and ecs-between agree who is active/,
  );
  expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.12");
  expect(await seenAs(lab, "ecs-between")).toBe("203.0.113.12");
});

test("the first proxy goes on alone, by the EIP that the pair had, when the second one leaves it", async () => {
  file.writeText(alone);
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.12");
  expect(await seenAs(lab, "ecs-between")).toBe("203.0.113.12");
  const planned = await wayout("plan", ...where);
  expect(planned, planned.stdout).toMatchObject({ code: 0 });
});

test("undo leaves everything as it was", async () => {
  await expect.poll(async () => (await wayout("verify", ...where)).code, patience).toBe(0);
  await must("undo", ...where);
  expect(await seenAs(lab, "ecs-inside-1")).toBeUndefined();
  expect(await seenAs(lab, "ecs-alone-1")).toBeUndefined();
  const now = await state();
  expect(now.cloud).toEqual(start.cloud);
  expect(now.hosts).toEqual(start.hosts);
});

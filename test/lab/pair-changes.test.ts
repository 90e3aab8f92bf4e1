/** From one proxy to a pair and back, and another proxy in the place of one, by editing the spec while connections run. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { lostDuring, seenAs } from "./clients.ts";
import { keptDuring } from "./held-connections.ts";
import { eips, freeEip, threeProxies } from "./three-proxies.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = "test-pair-changes";
const { where, ask, state, up, down } = threeProxies(lab);
const connections = 200;
let start: unknown;

/** Applies, expects an empty plan after it, and says what the clients lost meanwhile. */
async function applied(): Promise<{ kept: number; lost: number }> {
  let lost = 0;
  const kept = await keptDuring(lab, "ecs-app-1", connections, async () => {
    ({ lost } = await lostDuring(lab, "ecs-app-1", async () => {
      await must("apply", "--yes", ...where);
    }));
  });
  const plan = await wayout("plan", ...where);
  expect(plan, plan.stdout).toMatchObject({ code: 0 });
  return { kept, lost };
}

beforeAll(async () => {
  await up();
  start = await state();
});
afterAll(down);

test("a second proxy comes to the first one, named ahead of it, and no connection and no packet is lost", async () => {
  ask({ of: [1] });
  await must("apply", "--yes", ...where);
  ask({ of: [2, 1], publicIp: freeEip });
  expect(await applied()).toEqual({ kept: connections, lost: 0 });
  expect(await seenAs(lab, "ecs-app-1")).toBe(freeEip);
});

test("another server takes the place of the standby, and then of the active one, without a loss", async () => {
  ask({ of: [1, 3], publicIp: freeEip });
  expect(await applied()).toEqual({ kept: connections, lost: 0 });
  ask({ of: [2, 3], publicIp: freeEip });
  expect((await applied()).kept).toBe(connections);
  await must("verify", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(freeEip);
});

test("both agents are brought up to date one after the other, each in sync before the other one is left alone", async () => {
  for (const server of ["ecs-proxy-2", "ecs-proxy-3"]) {
    await must("lab", "exec", "--name", lab, server, "--", "sh", "-c", "echo >> /etc/wayout/pair/agent");
  }
  expect((await applied()).kept).toBe(connections);
  await must("verify", ...where);
});

test("from the pair back to one: the plan says what ends, and new connections go by its own EIP", async () => {
  ask({ of: [2] });
  const { stdout } = await wayout("plan", ...where);
  expect(stdout).toMatch(/open connections that are translated to 192\.168\.125\.\d+ end/);
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eips[1]);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test("the EIP that partners know moves to the pair with the second proxy, and back", async () => {
  ask({ of: [2, 1] });
  const { stdout } = await wayout("plan", ...where);
  expect(stdout).toContain("open connections over 203.0.113.11 end");
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eips[1]);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  ask({ of: [2] });
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eips[1]);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test("a proxy whose EIP the pair has can leave it while the other one is active, to whom that EIP leads", async () => {
  ask({ of: [2, 1] });
  await must("apply", "--yes", ...where);
  await must("switch", ...where);
  ask({ of: [1] });
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eips[0]);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test("undo brings everything back as it was", async () => {
  await must("undo", ...where);
  expect(await state()).toEqual(start);
});

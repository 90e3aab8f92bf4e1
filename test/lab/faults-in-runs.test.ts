/** Something breaks in the middle of an apply or an undo: a clear error, nothing lost, and the next run converges. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, run, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const lab = "test-faults";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const program = fileURLToPath(new URL("crash/faulty-run.ts", import.meta.url));
let start: { cloud: unknown; host: string };

const told = z.object({
  broken: z.literal(true),
  outcome: z.string(),
  problems: z.array(
    z.object({
      code: z.string(),
      summary: z.string().min(1),
      hint: z.string().min(1),
      at: z.object({ step: z.string(), object: z.string() }),
    }),
  ),
});

const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });

async function faulty(operation: "apply" | "undo", point: string, fault: string) {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const ended = await run(...node, lab, file.path, operation, point, ...fault.split(" "));
  const { outcome, problems } = told.parse(JSON.parse(ended.stdout));
  return { outcome, code: problems[0]?.code ?? "none" };
}

beforeAll(async () => {
  await must("lab", "up", "--name", lab);
  start = await state();
});
afterEach(async () => {
  await wayout("lab", "mend", "--all", "--name", lab);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

describe("in the middle of apply", () => {
  test.each([
    ["before cloud addRoute", "api --status 500", "failed", "cloud/unavailable"],
    ["before cloud createSecurityGroup", "api --status 429", "failed", "cloud/throttled"],
    ["before cloud setAddressPairs", "api --status reset", "failed", "cloud/unavailable"],
    ["before cloud addRoute", "api --status lost --count 1", "done", "none"],
    ["before cloud setAddressPairs", "api --status 429 --count 2 --retry-after 0", "done", "none"],
    ["before cloud addRoute", "token", "done", "none"],
    ["before cloud addRoute", "route subnet-app", "failed", "cloud/conflict"],
    ["before cloud addRoute", "check ecs-proxy", "unproven", "none"],
    ["before cloud addRoute", "firewall ecs-proxy ufw", "unproven", "none"],
    ["before cloud addRoute", "mtu 1200 --blackhole", "unproven", "none"],
    ["before ecs-proxy write", "cable ecs-proxy", "failed", "host/unreachable"],
    ["before ecs-proxy fresh write", "sshd ecs-proxy", "failed", "host/change-taken-back"],
  ])("%s: %s -> %s, %s", { timeout: 240_000 }, async (point, fault, outcome, code) => {
    expect(await faulty("apply", point, fault)).toEqual({ outcome, code });
    if (fault.startsWith("route")) {
      const { routeTables } = z
        .object({
          routeTables: z.array(z.object({ routes: z.array(z.looseObject({ destination: z.string() })) })),
        })
        .parse(await cloudState(lab));
      const kept = routeTables
        .flatMap((table) => table.routes)
        .some((route) => route.destination === "0.0.0.0/0");
      expect(kept, "the route that somebody else made stays").toBe(true);
    }
    await must("lab", "mend", "--all", "--name", lab);
    await must("apply", "--yes", ...where);
    expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
    await must("undo", ...where);
    const end = await state();
    expect(end.cloud).toEqual(start.cloud);
    expect(end.host).toBe(start.host);
  });
});

describe("in the middle of undo", () => {
  test.each([
    ["before cloud deleteRoute", "api --status 500", "failed", "cloud/unavailable"],
    ["before cloud setAddressPairs", "api --status 429", "failed", "cloud/throttled"],
    ["before cloud deleteRoute", "api --status reset --count 2", "done", "none"],
    ["before cloud setAddressPairs", "token", "done", "none"],
    ["before ecs-proxy write", "cable ecs-proxy", "failed", "host/unreachable"],
  ])("%s: %s -> %s, %s", { timeout: 240_000 }, async (point, fault, outcome, code) => {
    await must("apply", "--yes", ...where);
    expect(await faulty("undo", point, fault)).toEqual({ outcome, code });
    await must("lab", "mend", "--all", "--name", lab);
    await must("undo", ...where);
    const end = await state();
    expect(end.cloud).toEqual(start.cloud);
    expect(end.host).toBe(start.host);
  });
});

describe("before a run", () => {
  test("a firewall on the proxy that drops forwarded packets blocks the plan and is named", async () => {
    for (const kind of ["ufw", "firewalld", "docker"]) {
      await must("lab", "break", "--name", lab, "firewall", "ecs-proxy", kind);
      const planned = await wayout("plan", ...where);
      expect(planned.code, kind).toBe(1);
      expect(planned.stdout).toContain("blocked because");
      expect(planned.stdout).toContain(kind);
      await must("lab", "mend", "--all", "--name", lab);
    }
  });

  test("a proxy that cannot be reached blocks the plan, and nothing is changed", async () => {
    await must("lab", "break", "--name", lab, "sshd", "ecs-proxy");
    const applied = await wayout("apply", "--yes", ...where);
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain("cannot reach ecs-proxy over SSH");
    expect(await cloudState(lab)).toEqual(start.cloud);
  });

  test("an API that is down is told as such", async () => {
    await must("lab", "break", "--name", lab, "api", "--status", "500");
    const planned = await wayout("plan", "--json", ...where);
    expect(planned.code).toBe(1);
    expect(JSON.parse(planned.stdout)).toHaveProperty("error.code", "cloud/unavailable");
  });
});

test("drift is found by plan and mended by apply: the check, the route, a reboot in between", async () => {
  await must("apply", "--yes", ...where);
  await must("lab", "break", "--name", lab, "check", "ecs-proxy");
  const planned = await wayout("plan", ...where);
  expect(planned.code).toBe(2);
  expect(planned.stdout).toContain("the check is on");
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
  await must("lab", "mend", "--all", "--name", lab);
  await must("undo", ...where);
  expect(await cloudState(lab)).toEqual(start.cloud);
});

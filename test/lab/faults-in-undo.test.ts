/** Something breaks in the middle of an undo, or before a run: a clear error, nothing lost, and the next run converges. */
import { describe, expect, test } from "vitest";
import { faultyLab } from "./faulty-lab.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = faultyLab("test-faults-undo");

describe("in the middle of undo", () => {
  test.each([
    ["before cloud deleteRoute", "api --status 500", "failed", "cloud/unavailable"],
    ["before cloud setAddressPairs", "api --status 429", "failed", "cloud/throttled"],
    ["before cloud deleteRoute", "api --status reset --count 2", "done", "none"],
    ["before cloud setAddressPairs", "token", "done", "none"],
    ["before ecs-proxy write", "cable ecs-proxy", "failed", "host/unreachable"],
  ])("%s: %s -> %s, %s", { timeout: 240_000 }, async (point, fault, outcome, code) => {
    await must("apply", "--yes", ...lab.where);
    expect(await lab.faulty("undo", point, fault)).toEqual({ outcome, code });
    await lab.mend();
    await must("undo", ...lab.where);
    await lab.expectStart();
  });
});

describe("before a run", () => {
  test("a firewall on the proxy that drops forwarded packets blocks the plan and is named", async () => {
    for (const kind of ["ufw", "firewalld", "docker"]) {
      await lab.break(`firewall ecs-proxy ${kind}`);
      const planned = await wayout("plan", ...lab.where);
      expect(planned.code, kind).toBe(1);
      expect(planned.stdout).toContain("blocked because");
      expect(planned.stdout).toContain(kind);
      await lab.mend();
    }
  });

  test("a proxy that cannot be reached blocks the plan, and nothing is changed", async () => {
    await lab.break("sshd ecs-proxy");
    const applied = await wayout("apply", "--yes", ...lab.where);
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain("cannot reach ecs-proxy over SSH");
    await lab.mend();
    await lab.expectStart();
  });

  test("an API that is down is told as such", async () => {
    await lab.break("api --status 500");
    const planned = await wayout("plan", "--json", ...lab.where);
    expect(planned.code).toBe(1);
    expect(JSON.parse(planned.stdout)).toHaveProperty("error.code", "cloud/unavailable");
  });
});

test("drift is found by plan and mended by apply", async () => {
  await must("apply", "--yes", ...lab.where);
  await lab.break("check ecs-proxy");
  const planned = await wayout("plan", ...lab.where);
  expect(planned.code).toBe(2);
  expect(planned.stdout).toContain("the check is on");
  await must("apply", "--yes", ...lab.where);
  await lab.mend();
  await must("undo", ...lab.where);
  await lab.expectStart();
});

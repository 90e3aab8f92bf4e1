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
    ["before cloud deleteRoute", "api --status timeout --count 1 --method PUT", "done", "none"],
    ["before cloud setAddressPairs", "token", "done", "none"],
    ["before cloud deleteRoute", "mtu 1200 --blackhole", "failed", "host/unreachable"],
    ["before ecs-proxy write", "firewall ecs-proxy ufw", "done", "none"],
  ])("%s: %s -> %s, %s", { timeout: 240_000 }, async (point, fault, outcome, code) => {
    await must("apply", "--yes", ...lab.where);
    const applied = await lab.proxy();
    expect(await lab.faulty("undo", point, fault)).toEqual({ outcome, code });
    if (fault.startsWith("firewall")) {
      expect(await lab.proxy(), "the firewall that somebody else made stays").toContain("ufw-user-forward");
    }
    await lab.mend();
    if (code.startsWith("host/")) {
      expect(await lab.proxy(), "no half of a change is left on the proxy").toBe(applied);
    }
    await must("undo", ...lab.where);
    await lab.expectStart();
  });

  test("a route that somebody else puts in the place of ours stays, and the next undo goes on without it", async () => {
    await must("apply", "--yes", ...lab.where);
    const conflict = { outcome: "failed", code: "cloud/conflict" };
    expect(await lab.faulty("undo", "before cloud deleteRoute", "route subnet-app")).toEqual(conflict);
    const undone = await must("undo", ...lab.where);
    expect(undone).toContain("somebody else changed it since; it stays: 0.0.0.0/0 via nat");
    expect(undone).toContain("undo: 4 steps taken back");
    expect(await lab.deleteDefaultRoutes()).toMatchObject([{ type: "nat" }]);
    await lab.expectStart();
  });

  test("a check that somebody else switches on again is as before already, and the next apply converges", async () => {
    await must("apply", "--yes", ...lab.where);
    const done = { outcome: "done", code: "none" };
    expect(await lab.faulty("undo", "before cloud setAddressPairs", "check ecs-proxy")).toEqual(done);
    await lab.expectStart();
    await must("apply", "--yes", ...lab.where);
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

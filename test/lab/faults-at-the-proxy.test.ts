/**
 * The proxy is lost in the middle of a change to it: nothing of that change is left there.
 * Apart from the other faults, since it takes the longest: SSH gives up, and the host waits for a confirmation.
 */
import { describe, expect, test } from "vitest";
import { faultyLab } from "./faulty-lab.ts";
import { must } from "./wayout-command.ts";

const lab = faultyLab("test-faults-proxy");

describe.each([
  ["before ecs-proxy write", "cable ecs-proxy", "host/unreachable"],
  ["before ecs-proxy fresh write", "sshd ecs-proxy", "host/change-taken-back"],
])("%s: %s -> failed, %s", (point, fault, code) => {
  const timeout = 240_000;

  test("in apply", { timeout }, async () => {
    expect(await lab.faulty("apply", point, fault)).toEqual({ outcome: "failed", code });
    await lab.expectNextApplyConverges();
  });

  test("in undo", { timeout }, async () => {
    await must("apply", "--yes", ...lab.where);
    const applied = await lab.proxy();
    expect(await lab.faulty("undo", point, fault)).toEqual({ outcome: "failed", code });
    await lab.mend();
    expect(await lab.proxy(), "no half of a change is left on the proxy").toBe(applied);
    await must("undo", ...lab.where);
    await lab.expectStart();
  });
});

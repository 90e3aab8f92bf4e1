/** Killed with SIGKILL at every journal write and every change, in apply and in undo: the next run converges. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seenAs } from "./clients.ts";
import { killedAt } from "./crash/killed-run.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const lab = "test-crash";
const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
const file = join(folder, "wayout.yaml");
let start: { cloud: unknown; host: string };

const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });

beforeAll(async () => {
  writeFileSync(
    file,
    "cloud: lab\ngateways:\n  - name: egress\n    vpc: vpc-demo\n    proxies: [ecs-proxy]\n    subnets: [subnet-app]\n",
  );
  await must("lab", "up", "--name", lab);
  start = await state();
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  rmSync(folder, { recursive: true });
});

test("undo right after a kill in an unconfirmed change gives the start back at once, and for good", {
  timeout: 300_000,
}, async () => {
  const whole = await killedAt(lab, file, "apply");
  expect(whole, whole.stderr).toMatchObject({ code: 0 });
  await must("undo", "--file", file, "--lab", lab);
  const armed = whole.points.flatMap((name, at) => (name.endsWith("after ecs-proxy write") ? [at + 1] : []));
  expect(armed).toHaveLength(2);
  for (const point of armed) {
    expect((await killedAt(lab, file, "apply", point)).code).toBeNull();
    for (const next of ["undo", "apply --yes", "undo"]) {
      await must(...next.split(" "), "--file", file, "--lab", lab);
      if (next === "undo") expect(await state(), `killed at point ${point}`).toEqual(start);
    }
  }
});

test("a run killed at any point of apply or of undo is finished by the next", {
  timeout: 900_000,
}, async () => {
  const whole = await killedAt(lab, file, "apply");
  expect(whole, whole.stderr).toMatchObject({ code: 0 });
  const back = await killedAt(lab, file, "undo");
  expect(back, back.stderr).toMatchObject({ code: 0 });
  expect(await state()).toEqual(start);
  const [applyPoints, undoPoints] = [whole.points.length, back.points.length];
  expect(applyPoints).toBeGreaterThan(20);
  expect(undoPoints).toBeGreaterThan(20);

  for (let point = 1; point <= Math.max(applyPoints, undoPoints); point++) {
    if (point <= applyPoints) {
      const killed = await killedAt(lab, file, "apply", point);
      expect(killed.code, `apply killed at ${killed.points.at(-1)}`).toBeNull();
    }
    const where = `apply again after a kill at ${whole.points[point - 1]}`;
    const again = await wayout("apply", "--yes", "--file", file, "--lab", lab);
    expect(again, `${where}\n${again.stderr}`).toMatchObject({ code: 0 });
    expect(await wayout("plan", "--file", file, "--lab", lab), where).toMatchObject({ code: 0 });
    expect(await seenAs(lab, "ecs-app-1"), where).toBe("203.0.113.10");

    if (point <= undoPoints) {
      const cut = await killedAt(lab, file, "undo", point);
      expect(cut.code, `undo killed at ${cut.points.at(-1)}`).toBeNull();
    }
    const after = `undo again after a kill at ${back.points[point - 1]}`;
    const undone = await wayout("undo", "--file", file, "--lab", lab);
    expect(undone, `${after}\n${undone.stderr}`).toMatchObject({ code: 0 });
    const end = await state();
    expect(end.cloud, after).toEqual(start.cloud);
    expect(end.host, after).toBe(start.host);
  }
  process.stdout.write(`killed at ${applyPoints} points of apply and ${undoPoints} of undo\n`);
});

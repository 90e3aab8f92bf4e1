/** Killed with SIGKILL at every journal write and every change, in apply and in undo: the next run converges. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seenAs } from "./clients.ts";
import { must, run, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const lab = "test-crash";
const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
const file = join(folder, "wayout.yaml");
const program = fileURLToPath(new URL("crash/crashing-run.ts", import.meta.url));
let start: { cloud: unknown; host: string };

const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });

/** Runs to `point` and is killed there; says which points it came to. */
async function killedAt(operation: "apply" | "undo", point: number) {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const ended = await run(...node, lab, file, operation, String(point));
  return { ...ended, points: ended.stdout.trim().split("\n") };
}

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
  const whole = await killedAt("apply", 0);
  expect(whole, whole.stderr).toMatchObject({ code: 0 });
  await must("undo", "--file", file, "--lab", lab);
  const armed = whole.points.flatMap((name, at) => (name === "after ecs-proxy write" ? [at + 1] : []));
  expect(armed).toHaveLength(2);
  for (const point of armed) {
    expect((await killedAt("apply", point)).code).toBeNull();
    for (const next of ["undo", "apply --yes", "undo"]) {
      await must(...next.split(" "), "--file", file, "--lab", lab);
      if (next === "undo") expect(await state(), `killed at point ${point}`).toEqual(start);
    }
  }
});

test("a run killed at any point of apply or of undo is finished by the next", {
  timeout: 900_000,
}, async () => {
  const whole = await killedAt("apply", 0);
  expect(whole, whole.stderr).toMatchObject({ code: 0 });
  const back = await killedAt("undo", 0);
  expect(back, back.stderr).toMatchObject({ code: 0 });
  expect(await state()).toEqual(start);
  const [applyPoints, undoPoints] = [whole.points.length, back.points.length];
  expect(applyPoints).toBeGreaterThan(20);
  expect(undoPoints).toBeGreaterThan(20);

  for (let point = 1; point <= Math.max(applyPoints, undoPoints); point++) {
    if (point <= applyPoints) {
      const killed = await killedAt("apply", point);
      expect(killed.code, `apply killed at ${killed.points.at(-1)}`).toBeNull();
    }
    const where = `apply again after a kill at ${whole.points[point - 1]}`;
    const again = await wayout("apply", "--yes", "--file", file, "--lab", lab);
    expect(again, `${where}\n${again.stderr}`).toMatchObject({ code: 0 });
    expect(await wayout("plan", "--file", file, "--lab", lab), where).toMatchObject({ code: 0 });
    expect(await seenAs(lab, "ecs-app-1"), where).toBe("203.0.113.10");

    if (point <= undoPoints) {
      const cut = await killedAt("undo", point);
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

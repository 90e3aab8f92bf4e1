/** The main job on a cloud like Huawei Cloud, reached with an access key: plan, apply, verify, undo, with real packets. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiCalls, openLab } from "../../src/lab/client/labs.ts";
import { seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, run, wayout, wayoutPath } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

const lab = "test-huawei";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });
let start: { cloud: unknown; host: string };

beforeAll(async () => {
  await must("lab", "up", "huawei", "--name", lab);
  start = await state();
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test("the lab's entry of clouds.yaml opens the driver for Huawei Cloud", async () => {
  expect((await labCloud(lab)).traits.name).toBe("Huawei Cloud");
});

test("clouds --check tries the key on every service", async () => {
  const { cloudsFile } = await openLab(lab);
  const env = `OS_CLIENT_CONFIG_FILE=${cloudsFile}`;
  const checked = await run("env", env, wayoutPath, "clouds", "--check", "--json", "lab");
  expect(checked, checked.stdout + checked.stderr).toMatchObject({ code: 0 });
  expect(checked.stdout).toContain("Huawei Cloud");
  for (const service of ["vpc", "eip", "network", "ecs"]) expect(checked.stdout).toContain(`"${service}"`);
});

test("the plan says what would change, and changes nothing", async () => {
  const planned = await wayout("plan", ...where);
  expect(planned, planned.stderr).toMatchObject({ code: 2 });
  expect(planned.stdout).toContain("Send subnet-app's default route to ecs-proxy");
  expect(await state()).toEqual(start);
});

test("apply gives the served servers a way out; a second plan is empty, and verify proves it", async () => {
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
  expect(await seenAs(lab, "ecs-other-1")).toBeUndefined();
  const again = await wayout("plan", ...where);
  expect(again, again.stdout).toMatchObject({ code: 0 });
  await must("verify", ...where);
});

test("undo brings the start back", async () => {
  await must("undo", ...where);
  expect(await state()).toEqual(start);
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
});

test("all of it was signed, by the paths of Huawei Cloud, and nothing was refused", async () => {
  const calls = await apiCalls(lab);
  expect(calls.filter(({ path }) => path.startsWith("/v3/auth"))).toEqual([]);
  expect(calls.filter(({ path }) => path.startsWith("/v2.0/ports"))).toEqual([]);
  expect(
    calls.filter(({ method, path }) => method === "PUT" && /^\/v1\/\w+\/ports\//.test(path)),
  ).not.toEqual([]);
  expect(calls.filter(({ status }) => status === 401)).toEqual([]);
});

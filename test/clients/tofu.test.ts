/** OTC's Terraform provider makes a network in the lab, Wayout serves it, and the provider takes it away. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { seenAs } from "../lab/clients.ts";
import { gatewayFile } from "../lab/gateway-file.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { cloudState, labCloud } from "../lab/world-state.ts";
import { openTofu, providerMissing, type Tofu } from "./tofu.ts";

const lab = "clients-tofu";
const file = gatewayFile();
let tofu: Tofu;
let start: unknown;

const succeed = async (...words: readonly string[]) => {
  const ended = await tofu.run(...words);
  expect(ended.code, `tofu ${words.join(" ")}\n${ended.stdout}${ended.stderr}`).toBe(0);
  return ended.stdout;
};
const serverNamed = async (name: string) =>
  (await (await labCloud(lab)).servers()).find((server) => server.name === name);
/** 0: what is there is what the file says; 2: it is not. */
const planIsEmpty = () => succeed("plan", "-detailed-exitcode");

beforeAll(async () => {
  await must("lab", "up", "empty", "--name", lab);
  start = await cloudState(lab);
  tofu = await openTofu(lab);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  tofu.remove();
  file.remove();
});

const partner = expect.objectContaining({ type: "ecs", destination: "10.99.0.0/16" });

const missing = providerMissing();

test("apply, an empty plan, a change and back, a gateway by Wayout and its undo, destroy", async ({
  skip,
}) => {
  skip(missing !== undefined, missing);
  await succeed("apply", "-auto-approve");
  const made = await cloudState(lab);
  expect(made).toMatchObject({
    vpcs: [{ name: "vpc-tofu" }],
    publicIps: [{ address: expect.any(String), nicId: expect.any(String) }],
    routeTables: expect.arrayContaining([
      expect.objectContaining({ name: "rtb-app", routes: expect.arrayContaining([partner]) }),
    ]),
    servers: expect.arrayContaining(
      ["ecs-proxy", "ecs-app-1"].map((name) => expect.objectContaining({ name, status: "ACTIVE" })),
    ),
  });
  await planIsEmpty();

  const app = await serverNamed("ecs-app-1");
  tofu.add("changed_override.tf");
  await succeed("apply", "-auto-approve");
  const changed = await serverNamed("ecs-app-new");
  expect(changed).toMatchObject({ id: app?.id, status: "ACTIVE" });
  expect([app?.securityGroupIds.length, changed?.securityGroupIds.length]).toEqual([1, 2]);
  await planIsEmpty();
  tofu.leaveOut("changed_override.tf");
  await succeed("apply", "-auto-approve");
  expect(await cloudState(lab)).toEqual(made);

  file.write({ vpc: "vpc-tofu" });
  const where = ["--file", file.path, "--lab", lab];
  const eip = z.string().parse(JSON.parse(await succeed("output", "-json", "eip")));
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
  await must("apply", "--yes", ...where);
  await must("verify", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eip);
  // The file knows neither Wayout's route nor its security group, and would take both away.
  const served = await tofu.run("plan", "-detailed-exitcode");
  expect(served.code, served.stderr).toBe(2);
  expect(served.stdout).toContain("Plan: 0 to add, 2 to change, 0 to destroy.");
  tofu.add("served_override.tf");
  await planIsEmpty();
  tofu.leaveOut("served_override.tf");

  await must("undo", ...where);
  expect(await cloudState(lab)).toEqual(made);
  await planIsEmpty();

  await succeed("destroy", "-auto-approve");
  expect(await cloudState(lab)).toEqual(start);
});

/** OTC's Terraform provider makes a network in the lab, Wayout serves it, and the provider takes it away. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { seenAs } from "../../lab/clients.ts";
import { gatewayFile } from "../../lab/gateway-file.ts";
import { must, wayout } from "../../lab/wayout-command.ts";
import { cloudState, labCloud } from "../../lab/world-state.ts";
import { clients } from "../places.ts";
import { openTofu, type Tofu } from "./tofu.ts";

const lab = "clients-tofu-otc";
const file = gatewayFile();
let tofu: Tofu;
let start: unknown;

/** The provider is the program that WAYOUT_OTC_PROVIDER names, or the one that the set-up has built. */
const named = process.env.WAYOUT_OTC_PROVIDER;
const path = named ?? clients.otcProvider;
if (named && !existsSync(named)) throw new Error(`WAYOUT_OTC_PROVIDER names ${named}, which is not there`);
const missing = existsSync(path) ? undefined : `${path} is not there; the set-up above says why`;

const serverNamed = async (name: string) =>
  (await (await labCloud(lab)).servers()).find((server) => server.name === name);

beforeAll(async () => {
  await must("lab", "up", "empty", "--name", lab);
  start = await cloudState(lab);
  tofu = await openTofu(lab, { source: "opentelekomcloud/opentelekomcloud", path, files: "otc" });
  tofu.add("network.tf");
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  tofu.remove();
  file.remove();
});

const partner = expect.objectContaining({ type: "ecs", destination: "10.99.0.0/16" });

test("apply, an empty plan, a change and back, a gateway by Wayout and its undo, destroy", async ({
  skip,
}) => {
  skip(missing !== undefined, missing);
  await tofu.succeed("apply", "-auto-approve");
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
  await tofu.hasNothingToDo();

  const app = await serverNamed("ecs-app-1");
  tofu.add("changed_override.tf");
  await tofu.succeed("apply", "-auto-approve");
  const changed = await serverNamed("ecs-app-new");
  expect(changed).toMatchObject({ id: app?.id, status: "ACTIVE" });
  expect([app?.securityGroupIds.length, changed?.securityGroupIds.length]).toEqual([1, 2]);
  await tofu.hasNothingToDo();
  tofu.leaveOut("changed_override.tf");
  await tofu.succeed("apply", "-auto-approve");
  expect(await cloudState(lab)).toEqual(made);

  file.write({ vpc: "vpc-tofu" });
  const where = ["--file", file.path, "--lab", lab];
  const eip = z.string().parse(JSON.parse(await tofu.succeed("output", "-json", "eip")));
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
  await must("apply", "--yes", ...where);
  await must("verify", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eip);
  // The file knows neither Wayout's route nor its security group, and would take both away.
  const served = await tofu.run("plan", "-detailed-exitcode");
  expect(served.code, served.stderr).toBe(2);
  expect(served.stdout).toContain("Plan: 0 to add, 2 to change, 0 to destroy.");
  tofu.add("served_override.tf");
  await tofu.hasNothingToDo();
  tofu.leaveOut("served_override.tf");

  await must("undo", ...where);
  expect(await cloudState(lab)).toEqual(made);
  await tofu.hasNothingToDo();

  await tofu.succeed("destroy", "-auto-approve");
  expect(await cloudState(lab)).toEqual(start);
});

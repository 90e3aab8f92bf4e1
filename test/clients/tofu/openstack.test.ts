/** OpenStack's Terraform provider adds to the lab's OpenStack, Wayout serves beside it, and the provider takes its own away. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seenAs } from "../../lab/clients.ts";
import { gatewayFile } from "../../lab/gateway-file.ts";
import { must, wayout } from "../../lab/wayout-command.ts";
import { cloudState } from "../../lab/world-state.ts";
import { clients } from "../places.ts";
import { openTofu, type Tofu } from "./tofu.ts";

const lab = "clients-tofu-os";
const file = gatewayFile();
let tofu: Tofu;
let start: unknown;

beforeAll(async () => {
  await must("lab", "up", "openstack", "--name", lab);
  start = await cloudState(lab);
  tofu = await openTofu(lab, {
    source: "terraform-provider-openstack/openstack",
    path: clients.openstackProvider,
    files: "openstack",
  });
  tofu.add("project.tf");
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  tofu.remove();
  file.remove();
});

test("apply, an empty plan, a change and back, a gateway by Wayout and its undo, destroy", async () => {
  await tofu.succeed("apply", "-auto-approve");
  const made = await cloudState(lab);
  expect(made).toMatchObject({
    securityGroups: expect.arrayContaining([expect.objectContaining({ name: "sg-partner" })]),
    nics: expect.arrayContaining([expect.objectContaining({ name: "vip-partner" })]),
    publicIps: expect.arrayContaining([
      expect.objectContaining({ name: "the partner's", privateIp: "192.168.125.200" }),
    ]),
    routeTables: expect.arrayContaining([
      expect.objectContaining({
        name: "router-public",
        routes: [expect.objectContaining({ destination: "10.99.0.0/16" })],
      }),
    ]),
  });
  expect(JSON.parse(await tofu.succeed("output", "-json", "proxy"))).toBe("ecs-proxy-1");
  await tofu.hasNothingToDo();

  tofu.add("changed_override.tf");
  await tofu.succeed("apply", "-auto-approve");
  expect(await cloudState(lab)).toMatchObject({
    securityGroups: expect.arrayContaining([expect.objectContaining({ name: "sg-partner-new" })]),
    nics: expect.arrayContaining([expect.objectContaining({ name: "vip-new" })]),
  });
  await tofu.hasNothingToDo();
  tofu.leaveOut("changed_override.tf");
  await tofu.succeed("apply", "-auto-approve");
  expect(await cloudState(lab)).toEqual(made);

  file.write({ vpc: "router-public", proxies: "[ecs-proxy-1]" });
  const where = ["--file", file.path, "--lab", lab];
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
  await must("apply", "--yes", ...where);
  await must("verify", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
  // Each route is a resource of its own here, and Wayout's is no difference. The proxy has left its groups for its own one.
  const served = await tofu.run("plan", "-detailed-exitcode");
  expect(served.code, served.stderr).toBe(2);
  expect(served.stdout).toContain("Plan: 0 to add, 1 to change, 0 to destroy.");
  tofu.add("served_override.tf");
  await tofu.hasNothingToDo();
  tofu.leaveOut("served_override.tf");

  await must("undo", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
  expect(await cloudState(lab)).toEqual(made);
  await tofu.hasNothingToDo();

  await tofu.succeed("destroy", "-auto-approve");
  expect(await cloudState(lab)).toEqual(start);
});

/**
 * What a Terraform provider must be able to do in a lab: make what its files say, find it unchanged, change it and back,
 * leave it to Wayout to serve a subnet of it, and take it away again.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seenAs } from "../../lab/clients.ts";
import { gatewayFile } from "../../lab/gateway-file.ts";
import { must, wayout } from "../../lab/wayout-command.ts";
import { cloudState } from "../../lab/world-state.ts";
import { openTofu, type Provider, type Tofu } from "./tofu.ts";

export interface Journey {
  readonly lab: string;
  readonly scenario: string;
  /** Its files: main.tf, changed_override.tf, served_override.tf. */
  readonly provider: Provider;
  /** Part of the cloud's state once main.tf is applied. */
  readonly made: object;
  /** The gateway's lines in wayout.yaml. ecs-app-1 is served by it. */
  readonly gateway: Readonly<Record<string, string>>;
  /** The address that ecs-app-1 is seen as. */
  eip(tofu: Tofu): Promise<string>;
  /** How many objects main.tf, which knows nothing of Wayout, would change while Wayout serves. */
  readonly changesWhileServed: number;
  /** Applies changed_override.tf, and looks at what came of it. */
  change(apply: () => Promise<unknown>): Promise<void>;
}

export function tofuJourney(journey: Journey): void {
  const { lab } = journey;
  const file = gatewayFile();
  const where = ["--file", file.path, "--lab", lab];
  let tofu: Tofu;
  let start: unknown;
  const apply = () => tofu.succeed("apply", "-auto-approve");

  beforeAll(async () => {
    await must("lab", "up", journey.scenario, "--name", lab);
    start = await cloudState(lab);
    tofu = await openTofu(lab, journey.provider);
    tofu.add("main.tf");
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
    tofu.remove();
    file.remove();
  });

  test("apply, an empty plan, a change and back, a gateway by Wayout and its undo, destroy", async () => {
    await apply();
    const made = await cloudState(lab);
    expect(made).toMatchObject(journey.made);
    await tofu.hasNothingToDo();

    tofu.add("changed_override.tf");
    await journey.change(apply);
    await tofu.hasNothingToDo();
    tofu.leaveOut("changed_override.tf");
    await apply();
    expect(await cloudState(lab)).toEqual(made);

    file.write(journey.gateway);
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    await must("apply", "--yes", ...where);
    await must("verify", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBe(await journey.eip(tofu));
    const served = await tofu.run("plan", "-detailed-exitcode");
    expect(served.code, served.stderr).toBe(2);
    expect(served.stdout).toContain(`Plan: 0 to add, ${journey.changesWhileServed} to change, 0 to destroy.`);
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
}

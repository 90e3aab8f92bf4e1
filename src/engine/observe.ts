import type { CloudReader } from "../cloud/cloud.ts";
import { Problem } from "../report/problem.ts";
import type { Probes, SpecFile } from "../spec/spec.ts";
import { stepsFor } from "../steps/for-gateway.ts";
import type { Gateway } from "../steps/gateway.ts";
import { type Recipe, recipeOf } from "../steps/recipe.ts";
import type { BoundObservation, BoundStep } from "../steps/step.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";
import type { JournalReader } from "./journal/journal.ts";
import { keptEips } from "./kept-eips.ts";
import { type Resolving, resolveGateways } from "./resolve/gateways.ts";
import { readInventory } from "./resolve/inventory.ts";
import { snapshot } from "./snapshot.ts";
import { askedForPower } from "./switched-off.ts";

/** A gateway with its steps in order. */
export interface Work {
  readonly gateway: Gateway;
  readonly recipe: Recipe;
  readonly steps: readonly BoundStep[];
}

/** A step with what was seen of its object, or why it could not be seen. */
export interface Seen {
  readonly step: BoundStep;
  readonly observation: BoundObservation | Problem;
}

/** Looks the spec's names up and says which steps its gateways need. Reads the cloud, no host. */
export async function look(
  file: SpecFile,
  cloud: CloudReader,
  journal: Pick<JournalReader, "standing">,
  probes: Probes,
  how: Pick<Resolving, "evenWithoutEip"> = {},
): Promise<Work[]> {
  const vpcs = new Set(file.value.gateways.map(({ vpc }) => vpc));
  const kept = keptEips(journal.standing());
  const gateways = resolveGateways(file, await readInventory(cloud, vpcs), { ...how, kept });
  const { traits } = cloud;
  return Promise.all(
    gateways.map(async (gateway) => {
      const anyAddressPairs = await cloud.anyAddressPairs(gateway.pair !== undefined);
      return {
        gateway,
        recipe: recipeOf(gateway, traits),
        steps: stepsFor(gateway, { ...traits, anyAddressPairs }, probes.ping),
      };
    }),
  );
}

/**
 * Looks at every step's object, side by side, each list of the cloud read once. A host that cannot be reached
 * is a finding; a broken cloud ends the plan.
 */
export async function observe(
  file: SpecFile,
  world: ReadOnlyWorld,
  journal: Pick<JournalReader, "standing">,
  probes: Probes,
): Promise<{ readonly work: Work; readonly seen: readonly Seen[] }[]> {
  const cloud = snapshot(world.cloud);
  const readOnly: ReadOnlyWorld = { cloud, host: (address) => world.host(address) };
  const works = await look(file, cloud, journal, probes);
  return Promise.all(
    works.map(async (work) => ({
      work,
      seen: await Promise.all(work.steps.map((step) => observeStep(step, readOnly))),
    })),
  );
}

/** A host that cannot be reached is a finding. */
export async function observeStep(step: BoundStep, world: ReadOnlyWorld): Promise<Seen> {
  try {
    return { step, observation: await step.observe(world) };
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const problem = cause.where({ step: step.kind, object: step.object });
    if (!problem.code.startsWith("host/") && problem.code !== "step/unfit-value") throw problem;
    return { step, observation: await askedForPower(problem, world.cloud) };
  }
}

import { launchLab } from "../../lab/client/launch.ts";
import type { LaunchPlan } from "../../lab/client/launch-plan.ts";
import { placesOf } from "../../lab/client/places.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { ensureImage, type LabImage } from "../../lab/images/ensure-image.ts";
import { readScenario } from "../../lab/scenarios/read.ts";
import type { Scenario } from "../../lab/scenarios/schema.ts";
import { note } from "../output.ts";

/** Brings a lab up whole or not at all; what labs that died left behind is removed first. */
export async function bringUp(
  scenarioName: string,
  options: { readonly name: string; readonly fabric: "kernel" | "none" },
): Promise<void> {
  const places = placesOf(options.name);
  await removeDeadLabs();
  const { name, scenario } = await readScenario(scenarioName, options);
  const images = options.fabric === "none" ? [] : await imagesOf(scenario);
  await untilSignal(async (signal) => {
    const plan: LaunchPlan = { name, scenario, fabric: options.fabric, images };
    await launchLab(places, plan, signal);
  });
}

/** The API may create servers of the Debian image later, so that one is always there. */
async function imagesOf(scenario: Scenario): Promise<LaunchPlan["images"]> {
  const names = new Set(["debian" as const, ...scenario.servers.map((server) => server.image)]);
  const images: LabImage[] = [];
  for (const name of names) images.push(await ensureImage(name, { note }));
  return images;
}

async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

import { Command, Option } from "commander";
import { labStatus, openLab } from "../../lab/client/labs.ts";
import { launchLab } from "../../lab/client/launch.ts";
import type { LaunchPlan } from "../../lab/client/launch-plan.ts";
import { placesOf } from "../../lab/client/places.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { ensureImage, type LabImage } from "../../lab/images/ensure-image.ts";
import { readScenario } from "../../lab/scenarios/read.ts";
import type { Scenario } from "../../lab/scenarios/schema.ts";
import { answer, answerJson, type LabOptions, note, withLabOptions } from "./options.ts";
import { duration, picture } from "./picture.ts";

interface UpOptions extends LabOptions {
  readonly fabric: "kernel" | "none";
}

export function upCommand(): Command {
  const command = new Command("up")
    .description("bring up a lab: a small real cloud on this machine")
    .argument("[scenario]", "manual, manual-sysv, pair, hundred, empty, or a scenario file's path", "manual")
    .addOption(
      new Option("--fabric <how>", "none: the API alone, without servers and packets")
        .choices(["kernel", "none"])
        .default("kernel"),
    );
  return withLabOptions(command).action(up);
}

async function up(scenarioName: string, options: UpOptions): Promise<void> {
  const startedAt = performance.now();
  const places = placesOf(options.name);
  await removeDeadLabs();
  const { name, scenario } = readScenario(scenarioName, options);
  const images = options.fabric === "none" ? [] : await imagesOf(scenario);
  await untilSignal(async (signal) => {
    const plan: LaunchPlan = { name, scenario, fabric: options.fabric, images };
    await launchLab(places, plan, { progress: note, signal });
  });
  const [status, connection] = await Promise.all([labStatus(options.name), openLab(options.name)]);
  if (options.json) {
    answerJson({ ...status, cloudsFile: connection.cloudsFile, sshConfig: connection.sshConfig });
    return;
  }
  const took = duration((performance.now() - startedAt) / 1000);
  const servers = status.servers.length === 1 ? "1 server" : `${status.servers.length} servers`;
  answer(`lab "${status.name}" is up: ${status.scenario}, ${servers}, in ${took}\n`);
  if (status.servers.length > 0) answer(`${picture(status, { all: false })}\n`);
  const names = status.servers.map((server) => server.name);
  answer(goOn(options.name, names, status.apiUrl, connection.cloudsFile));
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

function goOn(lab: string, servers: readonly string[], apiUrl: string, cloudsFile: string): string {
  const name = lab === "lab" ? "" : ` --name ${lab}`;
  const [first, client] = servers;
  const lines = [
    ["API", `${apiUrl}  (OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${cloudsFile})`],
    ...(first ? [["log in", `wayout lab ssh${name} ${first}`]] : []),
    ...(client ? [["look inside", `wayout lab exec${name} ${client} -- ping -c 1 -W 1 198.51.100.10`]] : []),
    ["go on", "wayout plan"],
    ["end", `wayout lab down${name}`],
  ];
  return lines.map(([what = "", how = ""]) => `  ${what.padEnd(12)}${how}`).join("\n");
}

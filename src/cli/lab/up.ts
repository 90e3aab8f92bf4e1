import { Command, Option } from "commander";
import { labStatus, openLab } from "../../lab/client/labs.ts";
import { sameLab } from "../../lab/client/places.ts";
import { builtInScenarios } from "../../lab/scenarios/read.ts";
import { command, quote } from "../../report/command.ts";
import { count } from "../../report/human.ts";
import { linesOf } from "../../report/visible.ts";
import { answer, answerJson, answerText } from "../output.ts";
import { bringUp } from "./bring-up.ts";
import { type LabOptions, withLabOptions } from "./options.ts";
import { duration, picture } from "./picture.ts";

interface UpOptions extends LabOptions {
  readonly fabric: "kernel" | "none";
}

export function upCommand(): Command {
  const made = new Command("up")
    .description("bring up a lab: a small real cloud on this machine")
    .argument("[scenario]", `${builtInScenarios().join(", ")}, or a scenario file's path`, "manual")
    .addOption(
      new Option("--fabric <how>", "none: the API alone, without servers and packets")
        .choices(["kernel", "none"])
        .default("kernel"),
    );
  return withLabOptions(made).action(up);
}

async function up(scenarioName: string, options: UpOptions): Promise<void> {
  const startedAt = performance.now();
  await bringUp(scenarioName, options);
  const [status, connection] = await Promise.all([labStatus(options.name), openLab(options.name)]);
  if (options.json) {
    answerJson({ ...status, cloudsFile: connection.cloudsFile, sshConfig: connection.sshConfig });
    return;
  }
  const took = duration((performance.now() - startedAt) / 1000);
  const servers = count(status.servers.length, "server");
  answer(`lab "${status.name}" is up: ${status.scenario}, ${servers}, in ${took}`);
  answer("");
  if (status.servers.length > 0) answerText(`${picture(status, { all: false })}\n`);
  const names = status.servers.map((server) => server.name);
  answerText(goOn(options.name, names, status.apiUrl, connection.cloudsFile));
}

function goOn(lab: string, servers: readonly string[], apiUrl: string, cloudsFile: string): string {
  const options = sameLab(lab);
  const ping = ["ping", "-c", "1", "-W", "1", "198.51.100.10"];
  const [first, client] = servers;
  const lines = [
    ["API", `${apiUrl}  (OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${quote(cloudsFile)})`],
    ...(first ? [["log in", command("wayout lab ssh", { options, operands: [first] })]] : []),
    ...(client
      ? [["look inside", command("wayout lab exec", { options, operands: [client, ...ping] })]]
      : []),
    ["go on", command("wayout plan", { options: lab === "lab" ? [] : [["--lab", lab]] })],
    ["end", command("wayout lab down", { options })],
  ];
  return linesOf(lines.map(([what = "", how = ""]) => `  ${what.padEnd(12)}${how}`));
}

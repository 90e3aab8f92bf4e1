import { Command, Option } from "commander";
import { labStatus, openLab } from "../../lab/client/labs.ts";
import { builtInScenarios } from "../../lab/scenarios/read.ts";
import { count } from "../../report/human.ts";
import { answer, answerJson } from "../output.ts";
import { bringUp } from "./bring-up.ts";
import { type LabOptions, withLabOptions } from "./options.ts";
import { duration, picture } from "./picture.ts";

interface UpOptions extends LabOptions {
  readonly fabric: "kernel" | "none";
}

export function upCommand(): Command {
  const command = new Command("up")
    .description("bring up a lab: a small real cloud on this machine")
    .argument("[scenario]", `${builtInScenarios().join(", ")}, or a scenario file's path`, "manual")
    .addOption(
      new Option("--fabric <how>", "none: the API alone, without servers and packets")
        .choices(["kernel", "none"])
        .default("kernel"),
    );
  return withLabOptions(command).action(up);
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
  answer(`lab "${status.name}" is up: ${status.scenario}, ${servers}, in ${took}\n`);
  if (status.servers.length > 0) answer(`${picture(status, { all: false })}\n`);
  const names = status.servers.map((server) => server.name);
  answer(goOn(options.name, names, status.apiUrl, connection.cloudsFile));
}

function goOn(lab: string, servers: readonly string[], apiUrl: string, cloudsFile: string): string {
  const name = lab === "lab" ? "" : ` --name ${lab}`;
  const [first, client] = servers;
  const lines = [
    ["API", `${apiUrl}  (OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=${cloudsFile})`],
    ...(first ? [["log in", `wayout lab ssh${name} ${first}`]] : []),
    ...(client ? [["look inside", `wayout lab exec${name} ${client} -- ping -c 1 -W 1 198.51.100.10`]] : []),
    ["go on", `wayout plan${lab === "lab" ? "" : ` --lab ${lab}`}`],
    ["end", `wayout lab down${name}`],
  ];
  return lines.map(([what = "", how = ""]) => `  ${what.padEnd(12)}${how}`).join("\n");
}

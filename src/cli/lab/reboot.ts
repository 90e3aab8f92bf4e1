import { Command } from "commander";
import { rebootServer } from "../../lab/client/actions.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { answer, answerJson } from "../output.ts";
import { type LabOptions, withLabOptions } from "./options.ts";
import { duration } from "./picture.ts";

export function rebootCommand(): Command {
  const command = new Command("reboot").description("boot a server anew: kernel state gone, disk kept");
  return withLabOptions(command.argument("<server>")).action(reboot);
}

async function reboot(server: string, options: LabOptions): Promise<void> {
  await removeDeadLabs();
  const startedAt = performance.now();
  await rebootServer(options.name, server);
  const seconds = (performance.now() - startedAt) / 1000;
  if (options.json) answerJson({ server, seconds });
  else answer(`${server} is up again after ${duration(seconds)}`);
}

import { Command } from "commander";
import { labStatus } from "../../lab/client/labs.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { answer, answerJson, answerText } from "../output.ts";
import { type LabOptions, withLabOptions } from "./options.ts";
import { duration, picture } from "./picture.ts";

export function statusCommand(): Command {
  return withLabOptions(new Command("status").description("servers, addresses and faults of a lab")).action(
    status,
  );
}

async function status(options: LabOptions): Promise<void> {
  await removeDeadLabs();
  const found = await labStatus(options.name);
  if (options.json) {
    answerJson(found);
    return;
  }
  answer(
    `lab "${found.name}": ${found.scenario}, up for ${duration(found.uptimeSeconds)}, API ${found.apiUrl}`,
  );
  answer("");
  answerText(picture(found, { all: true }));
}

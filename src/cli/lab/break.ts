import { Command } from "commander";
import { breakFault } from "../../lab/client/actions.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { faults } from "../../lab/faults/index.ts";
import { answer, answerJson } from "../output.ts";
import { type LabOptions, mendCommandLine, withLabOptions } from "./options.ts";

export function breakCommand(): Command {
  const command = new Command("break")
    .description("break something in the lab")
    .argument("<fault>")
    .argument("[arguments...]")
    .allowUnknownOption()
    .addHelpText("after", faultList());
  return withLabOptions(command).action(breakIt);
}

async function breakIt(fault: string, words: readonly string[], options: LabOptions): Promise<void> {
  await removeDeadLabs();
  const broken = await breakFault(options.name, [fault, ...words]);
  const mend = mendCommandLine(options.name, broken.id);
  if (options.json) answerJson(broken);
  else {
    answer(`broken: ${broken.effect}`);
    if (broken.ends === undefined) answer(`mend it with  ${mend}`);
    else answer(`it ends by itself ${broken.ends}; before that with  ${mend}`);
  }
}

function faultList(): string {
  return `\nFaults:\n${faults.map(({ usage, summary }) => `  ${usage}\n      ${summary}`).join("\n")}`;
}

import { Command } from "commander";
import { sshArguments } from "../../lab/client/actions.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { runInTerminal, wordsAfterDashes } from "./child.ts";
import type { LabOptions } from "./options.ts";

export function sshCommand(): Command {
  return new Command("ssh")
    .description("log in to a server over the lab's Internet")
    .argument("<server>")
    .argument("[command...]", "after --")
    .option("--name <lab>", "which lab, where several run side by side", "lab")
    .passThroughOptions()
    .action(ssh);
}

/** What the server prints goes to the terminal as it is, as with ssh. */
async function ssh(server: string, command: readonly string[], options: LabOptions): Promise<void> {
  await removeDeadLabs();
  process.exitCode = await runInTerminal([
    "ssh",
    ...(await sshArguments(options.name, server)),
    ...wordsAfterDashes(command),
  ]);
}

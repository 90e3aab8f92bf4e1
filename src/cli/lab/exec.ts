import { Command } from "commander";
import { commandInside } from "../../lab/client/actions.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { runInTerminal, wordsAfterDashes } from "./child.ts";
import type { LabOptions } from "./options.ts";

export function execCommand(): Command {
  return new Command("exec")
    .description("run a command as root inside a server, without its network")
    .argument("<server>")
    .argument("<command...>", "after --")
    .option("--name <lab>", "which lab, where several run side by side", "lab")
    .passThroughOptions()
    .action(exec);
}

/** What the command prints goes to the terminal as it is: that is what it is run for. */
async function exec(server: string, command: readonly string[], options: LabOptions): Promise<void> {
  await removeDeadLabs();
  process.exitCode = await runInTerminal(
    await commandInside(options.name, server, wordsAfterDashes(command)),
  );
}

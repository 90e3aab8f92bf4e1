/** What the lab commands have in common. */
import type { Command } from "commander";
import { sameLab } from "../../lab/client/places.ts";
import { command } from "../../report/command.ts";

export interface LabOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** Adds --name and --json. */
export function withLabOptions(made: Command): Command {
  return made
    .option("--name <lab>", "which lab, where several run side by side", "lab")
    .option("--json", "answer in JSON");
}

/** The command that mends a fault. Its id is the words that broke it. */
export function mendCommandLine(lab: string, id: string): string {
  return command("wayout lab mend", { options: sameLab(lab), operands: id.split(" ") });
}

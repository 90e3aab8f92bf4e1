/** What the lab commands have in common. */
import type { Command } from "commander";

export interface LabOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** Adds --name and --json. */
export function withLabOptions(command: Command): Command {
  return command
    .option("--name <lab>", "which lab, where several run side by side", "lab")
    .option("--json", "answer in JSON");
}

/** The option that leads another command to the same lab; "" where the default does. */
export function sameLab(name: string): string {
  return name === "lab" ? "" : ` --name ${name}`;
}

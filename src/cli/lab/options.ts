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

/** The answer goes to stdout. */
export function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function answerJson(value: unknown): void {
  answer(JSON.stringify(value, null, 2));
}

/** What is not the answer goes to stderr. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

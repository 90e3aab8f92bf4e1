#!/usr/bin/env node
/** The command `wayout`: parse, call, render. */
import { Command, CommanderError } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { Problem } from "../report/problem.ts";
import { applyCommand } from "./apply.ts";
import { cloudsCommand } from "./clouds.ts";
import { demoCommand } from "./demo.ts";
import { drillCommand } from "./drill.ts";
import { initCommand } from "./init.ts";
import { labCommand } from "./lab/index.ts";
import { helpOutput, tellFailure } from "./output.ts";
import { planCommand } from "./plan.ts";
import { renderCommand } from "./render.ts";
import { runsCommand } from "./runs.ts";
import { statusCommand } from "./status.ts";
import { switchCommand } from "./switch.ts";
import { undoCommand } from "./undo.ts";
import { verifyCommand } from "./verify.ts";

const program = new Command("wayout")
  .description("Gives servers without a public IP a way to the Internet through a server that has one.")
  .version(packageFile.version, "-V, --version")
  .enablePositionalOptions()
  .showSuggestionAfterError()
  .exitOverride();
for (const make of [
  initCommand,
  cloudsCommand,
  planCommand,
  applyCommand,
  verifyCommand,
  statusCommand,
  undoCommand,
  runsCommand,
  switchCommand,
  drillCommand,
  renderCommand,
  demoCommand,
  labCommand,
]) {
  program.addCommand(make());
}
tellBy(program);

/** A command that is added does not take its parent's settings over. */
function tellBy(command: Command): void {
  command.configureOutput(helpOutput);
  for (const one of command.commands) tellBy(one);
}

// Whoever reads may stop reading, as `head` does, and a terminal may be lost; a run goes on to where it can stop.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (failure: NodeJS.ErrnoException) => {
    if (failure.code !== "EPIPE" && failure.code !== "EIO") throw failure;
  });
}

// Node would print its message as it is.
process.on("uncaughtException", (failure) => {
  tellFailure(failure, process.argv.includes("--json"));
  process.exit(1);
});

try {
  await program.parseAsync();
} catch (failure) {
  if (failure instanceof CommanderError) process.exitCode = failure.exitCode === 0 ? 0 : 1;
  else {
    tellFailure(failure, process.argv.includes("--json"));
    process.exitCode = 1;
    // A lookup of a name in the DNS cannot be ended, and would hold a stopped command for as long as it takes.
    if (failure instanceof Problem && /\/stopped$/.test(failure.code)) process.exit();
  }
}

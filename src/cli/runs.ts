import { Command } from "commander";
import { stepOutcomes } from "../engine/journal/outcomes.ts";
import { knownRun } from "../engine/take-back.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson } from "./output.ts";
import { withSession } from "./session.ts";

export function runsCommand(): Command {
  return withGatewayOptions(
    new Command("runs")
      .description("the journal: what was changed, when, by whom")
      .argument("[run]", "the changes of one run"),
  ).action(async (asked: string | undefined, options: GatewayOptions) => {
    await withSession(options, async ({ journal }) => {
      if (asked !== undefined) {
        const run = knownRun(journal, asked);
        const entries = journal.entriesOf(run);
        if (options.json) answerJson({ run, changes: entries });
        else
          answer(entries.length === 0 ? `run ${run} changed nothing` : entries.map(stepOutcomes).join("\n"));
        return;
      }
      const runs = journal.runs();
      if (options.json) return answerJson({ runs });
      const lines = runs.map(
        (one) =>
          `${one.id}  ${one.startedAt.slice(0, 19)}  ${one.operation.padEnd(5)}  ${one.outcome.padEnd(7)}  ${one.gateways.join(", ")}  by ${one.user}`,
      );
      answer(lines.length === 0 ? "no run yet" : lines.join("\n"));
    });
  });
}

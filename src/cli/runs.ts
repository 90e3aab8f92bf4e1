import { Command } from "commander";
import { runText } from "../engine/journal/outcomes.ts";
import { knownRun } from "../engine/take-back.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson } from "./output.ts";
import { withSession } from "./session.ts";

export function runsCommand(): Command {
  return withGatewayOptions(
    new Command("runs")
      .description("the journal: what was changed, when, by whom")
      .argument("[run]", "what one run changed and took back"),
  ).action(async (asked: string | undefined, options: GatewayOptions) => {
    await withSession(options, async ({ journal }) => {
      if (asked !== undefined) {
        const run = knownRun(journal, asked);
        const changes = journal.entriesOf(run.id);
        const takenBack = journal.takenBackBy(run.id);
        if (options.json) answerJson({ run: run.id, changes, takenBack });
        else answer(runText(run, changes, takenBack));
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

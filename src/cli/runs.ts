import { Command } from "commander";
import { toAccept } from "../engine/accepted-records.ts";
import type { Journal, RunRecord } from "../engine/journal/journal.ts";
import { runText } from "../engine/journal/outcomes.ts";
import { knownRun } from "../engine/take-back.ts";
import { count } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";
import { acceptText } from "./accept-text.ts";
import { confirm } from "./confirm.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answerJson, answerText, note } from "./output.ts";
import { withSession } from "./session.ts";

interface RunsOptions extends GatewayOptions {
  readonly accept?: boolean;
  readonly yes?: boolean;
}

export function runsCommand(): Command {
  return withGatewayOptions(
    new Command("runs")
      .description("the journal: what was changed, when, by whom")
      .argument("[run]", "what one run changed and took back")
      .option("--accept", "take records for yours that your key does not seal, after a look at them")
      .option("-y, --yes", "do not ask"),
  ).action(async (asked: string | undefined, options: RunsOptions) => {
    await withSession(options, async ({ journal, context }) => {
      if (options.accept) return accept(journal, options, context.signal);
      if (asked !== undefined) {
        const run = knownRun(journal, asked);
        const changes = journal.entriesOf(run.id);
        const takenBack = journal.takenBackBy(run.id);
        if (options.json) answerJson({ run: run.id, changes, takenBack });
        else answerText(runText(run, changes, takenBack));
        return;
      }
      const runs = journal.runs();
      if (options.json) return answerJson({ runs });
      answerText(runs.length === 0 ? "no run yet" : runsText(runs));
    });
  });
}

/** Shows what undo would do by records that are in doubt, and seals them when the user says so. */
async function accept(journal: Journal, { yes, json }: RunsOptions, signal: AbortSignal): Promise<void> {
  const standing = journal.standing();
  const items = toAccept(standing);
  if (!json) answerText(acceptText(items));
  const agreed =
    items.length === 0 ||
    (await confirm(`accept ${count(items.length, "step")}?`, {
      yes: yes ?? false,
      signal,
      unasked: {
        code: "journal/unasked",
        summary: "records are accepted only when somebody has looked at them",
        hint: "Read what is shown above, then add --yes.",
      },
    }));
  if (agreed) journal.accept(standing.filter(({ doubt }) => doubt !== undefined));
  else {
    note("nothing was accepted");
    process.exitCode = 1;
  }
  if (json) answerJson({ accepted: agreed, steps: items });
}

/** One line each. */
export function runsText(runs: readonly RunRecord[]): string {
  return linesOf(
    runs.map(
      (one) =>
        `${one.id}  ${one.startedAt.slice(0, 19)}  ${one.operation.padEnd(5)}  ${one.outcome.padEnd(7)}  ${one.gateways.join(", ")}  by ${one.user}`,
    ),
  );
}

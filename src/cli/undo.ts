import { Command } from "commander";
import type { EntryRecord } from "../engine/journal/journal.ts";
import { changesToUndo, takeBack } from "../engine/take-back.ts";
import { undoPreview } from "../engine/undo-preview.ts";
import { count, problemsText } from "../report/human.ts";
import { confirm } from "./confirm.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson, answerText, note, noteText } from "./output.ts";
import { withSession } from "./session.ts";
import { staysText, undoEndText, undoPreviewText } from "./undo-text.ts";

interface UndoCommandOptions extends GatewayOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly skipHosts?: boolean;
}

export function undoCommand(): Command {
  return withGatewayOptions(
    new Command("undo")
      .description("back to before: the route first, then the road back")
      .argument("[run]", "only this run and those after it; by default all that stands of the file")
      .option("-y, --yes", "do not ask")
      .option(
        "--force",
        "take back even what somebody else changed since, or another file made; go on where it cannot be brought back",
      )
      .option("--skip-hosts", "go on with the cloud's objects when a host cannot be reached"),
  ).action(async (run: string | undefined, options: UndoCommandOptions) => {
    await withSession(options, async ({ file, world, journal, context }) => {
      const asked = file.value.gateways.map((gateway) => gateway.name);
      const { entries, others } = changesToUndo(journal, options.force ? asked : [], run);
      const stays = [...others].map(([gateway, of]) => ({ gateway, file: of }));
      for (const one of stays) note(staysText(one, asked));
      if (entries.length > 0 && !(await agreed(entries, options, context.signal))) {
        note("nothing was changed");
        process.exitCode = 1;
        return;
      }
      const flags = { force: options.force ?? false, skipHosts: options.skipHosts ?? false };
      const done = await takeBack(entries, file.value.cloud, world, journal, context, flags);
      if (options.json) answerJson({ ...done, problems: done.problems.map((one) => one.toJSON()), stays });
      else {
        if (done.problems.length > 0) noteText(problemsText(done.problems));
        const left = done.steps.filter((step) => step.outcome === "left");
        for (const step of left) answer(`left: ${step.title}: ${step.because}`);
        answer(undoEndText(done));
      }
      // Whoever asked for it would take it for undone.
      const isLeft = stays.some(({ gateway }) => asked.includes(gateway));
      process.exitCode = done.outcome === "done" && !isLeft ? 0 : 1;
    });
  });
}

/** Shows what will be taken back, and asks on a terminal. A script is not asked: undo is the way back to safety. */
async function agreed(
  entries: readonly EntryRecord[],
  { yes, json }: UndoCommandOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const items = undoPreview(entries);
  if (!json) answerText(undoPreviewText(items));
  return confirm(`take ${count(items.length, "step")} back?`, { yes: yes ?? false, signal });
}

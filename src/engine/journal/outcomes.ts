import { linesOf } from "../../report/visible.ts";
import type { EntryRecord, RunRecord } from "./journal.ts";

const words = {
  started: "begun, not finished",
  done: "stands",
  undoing: "being taken back",
  undone: "taken back",
} as const;

const doubts = {
  changed: "the record was changed after Wayout wrote it",
  unsealed: "the record is not sealed by your key",
} as const;

/** What a run changed and what it took back, in words. Pure. */
export function runText(
  run: Pick<RunRecord, "id" | "operation">,
  changes: readonly EntryRecord[],
  takenBack: readonly EntryRecord[],
): string {
  const others = takenBack.filter((entry) => entry.run !== run.id);
  if (changes.length + others.length === 0) {
    return run.operation === "undo"
      ? `the journal knows of nothing that run ${run.id} took back`
      : `run ${run.id} changed nothing`;
  }
  return linesOf([
    ...changes.map((entry) => entryText(entry)),
    ...others.map((entry) => `${entryText(entry)} (of run ${entry.run})`),
  ]);
}

function entryText({ title, kind, state, doubt }: EntryRecord): string {
  const text = `${words[state].padEnd(20)} ${kind.padEnd(32)} ${title}`;
  return doubt === undefined || state === "undone" ? text : `${text} (${doubts[doubt]})`;
}

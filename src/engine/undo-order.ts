/** In which order changes are taken back: order is safety. Pure. */
import { keepsOrder, movesEip, rankOf, subjectOfStep, usesProxy } from "../steps/all-steps.ts";
import type { EntryRecord } from "./journal/journal.ts";

/** All changes of one step that are to be taken back together. */
export interface Undoing {
  readonly first: EntryRecord;
  readonly last: EntryRecord;
  readonly seqs: readonly number[];
}

/**
 * One item for each step, from its earliest state before to its latest state after; the last of the road first. What was
 * before at a server is no state to bring another one of the same name back to, so these are items of their own.
 */
export function inReverse(entries: readonly EntryRecord[]): Undoing[] {
  const steps = Map.groupBy(entries, ({ stepId, kind, want }) =>
    JSON.stringify([stepId, subjectOfStep(kind, want)]),
  );
  return [...steps.values()]
    .flatMap((all): Undoing[] => {
      const first = all[0];
      const last = all.at(-1);
      return first && last ? [{ first, last, seqs: all.map((entry) => entry.seq) }] : [];
    })
    .sort(
      (a, b) =>
        urgencyOf(b) - urgencyOf(a) ||
        rankOf(b.last.kind) - rankOf(a.last.kind) ||
        (b.last.seq - a.last.seq) * (keepsOrder(b.last.kind) ? -1 : 1),
    );
}

/** The route first. Then an EIP that was cut short on its way: it may be free, and the only door to the hosts. */
function urgencyOf({ last: { kind, state } }: Undoing): number {
  if (usesProxy(kind)) return 2;
  return movesEip(kind) && state !== "done" ? 1 : 0;
}

/** In which order changes are taken back: order is safety. Pure. */
import { keepsOrder, movesEip, rankOf, usesProxy } from "../steps/all-steps.ts";
import { eipOf } from "../steps/gateway-eip.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { waysOf } from "./ways.ts";

/** All changes of one step that are to be taken back together, with those from which it went on. */
export interface Undoing {
  /** Oldest first. */
  readonly changes: readonly [EntryRecord, ...EntryRecord[]];
  readonly last: EntryRecord;
}

/**
 * One item for each step, from its earliest state before to its latest state after; the last of the road first. What was
 * before at a server is no state to bring another one of the same name back to, so these are items of their own.
 */
export function inReverse(entries: readonly EntryRecord[]): Undoing[] {
  const lastMoves = new Map(
    entries.filter(({ kind }) => movesEip(kind)).map((entry) => [eipOf(entry.want), entry]),
  );
  return waysOf(entries)
    .flatMap((all): Undoing[] => {
      const [first, ...later] = all;
      if (!first) return [];
      return [{ changes: [first, ...later], last: later.at(-1) ?? first }];
    })
    .sort(
      (a, b) =>
        urgencyOf(b.last) - urgencyOf(a.last) ||
        rankOf(b.last.kind) - rankOf(a.last.kind) ||
        (b.last.seq - a.last.seq) * (keepsOrder(b.last.kind) ? -1 : 1),
    );

  /** The route first. Then an EIP that was cut short on its way: it may be free, and the only door to the hosts. */
  function urgencyOf(last: EntryRecord): number {
    if (usesProxy(last.kind)) return 2;
    return last.state !== "done" && lastMoves.get(eipOf(last.want)) === last ? 1 : 0;
  }
}

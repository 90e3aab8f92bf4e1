/** What an undo will take back, said before it begins. Pure. */
import { Problem } from "../report/problem.ts";
import { rebindStep } from "../steps/all-steps.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { inReverse, type Undoing } from "./undo-order.ts";

export interface ToTakeBack {
  readonly gateway: string;
  readonly title: string;
  /** The state that comes back. Absent where the record cannot be read: the undo then says why, and goes on. */
  readonly before?: string;
}

/** In the order in which it is done. */
export function undoPreview(entries: readonly EntryRecord[]): readonly ToTakeBack[] {
  return inReverse(entries).map((undoing) => {
    const { gateway, title } = undoing.last;
    const before = beforeOf(undoing);
    return { gateway, title, ...(before === undefined ? {} : { before }) };
  });
}

function beforeOf({ changes, last }: Undoing): string | undefined {
  try {
    return rebindStep(last.kind, last.want, changes).beforeText;
  } catch (cause) {
    if (cause instanceof Problem) return undefined;
    throw cause;
  }
}

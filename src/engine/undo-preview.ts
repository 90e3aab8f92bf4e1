/** What an undo will take back, said before it begins. Pure. */
import { Problem } from "../report/problem.ts";
import type { UndoableStep } from "../steps/step.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { soundStep } from "./sound-records.ts";
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
    const step = stepOf(undoing);
    return step ? { gateway, title: step.title, before: step.beforeText } : { gateway, title };
  });
}

function stepOf(undoing: Undoing): UndoableStep | undefined {
  try {
    return soundStep(undoing);
  } catch (cause) {
    if (cause instanceof Problem) return undefined;
    throw cause;
  }
}

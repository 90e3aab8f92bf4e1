/** What a user is shown of records before taking them for the user's own. Pure. */
import type { HostAddress, HostFile } from "../host/host.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { mustBeReadable, readableStep } from "./sound-records.ts";
import { inReverse } from "./undo-order.ts";

/** One step, as undo would take it back. */
export interface ToAccept {
  readonly stepId: string;
  readonly title: string;
  readonly runs: readonly string[];
  readonly doubt: "changed" | "unsealed";
  readonly before: string;
  readonly login?: HostAddress;
  readonly files: readonly HostFile[];
}

/** Steps of which a record is in doubt. @throws Problem journal/unreadable, journal/unknown-step: such a record cannot be accepted. */
export function toAccept(standing: readonly EntryRecord[]): readonly ToAccept[] {
  mustBeReadable(standing);
  return inReverse(standing).flatMap((undoing) => {
    const doubts = undoing.changes.flatMap(({ doubt }) => doubt ?? []);
    const [first] = doubts;
    if (first === undefined) return [];
    const { title, beforeText: before, login, files } = readableStep(undoing);
    return [
      {
        stepId: undoing.last.stepId,
        title,
        runs: [...new Set(undoing.changes.map(({ run }) => run))],
        doubt: doubts.includes("changed") ? "changed" : first,
        before,
        ...(login ? { login } : {}),
        files,
      },
    ];
  });
}

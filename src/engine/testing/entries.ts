/** What the journal has of steps that were made. */
import type { BoundStep } from "../../steps/step.ts";
import type { EntryRecord } from "../journal/journal.ts";

/** Each of them made once, in this order, where nothing was before. */
export function entriesOf(
  steps: readonly BoundStep[],
  { run = "0001", from = 1 }: { readonly run?: string; readonly from?: number } = {},
): EntryRecord[] {
  return steps.map(({ id, gateway, kind, object, title, want }, at) => ({
    seq: from + at,
    run,
    gateway,
    stepId: id,
    kind,
    object,
    title,
    want,
    before: { is: "absent" },
    after: { is: "absent" },
    state: "done",
  }));
}

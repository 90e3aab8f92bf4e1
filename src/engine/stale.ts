import type { EntryRecord } from "./journal/journal.ts";
import type { Work } from "./observe.ts";

/** A step of an earlier run that the spec no longer asks for: a subnet or a proxy that left the gateway. */
export interface StaleStep {
  /** Its latest change; undo needs the earliest too and finds it by the step's id. */
  readonly entry: EntryRecord;
  readonly because: string;
}

/** Steps of the gateway that stand in the journal and are not among those it wants now. Pure. */
export function staleSteps(standing: readonly EntryRecord[], { gateway, steps }: Work): StaleStep[] {
  const wanted = new Set(steps.map((step) => step.id));
  const latest = new Map(standing.map((entry) => [entry.stepId, entry]));
  return [...latest.values()]
    .filter((entry) => entry.gateway === gateway.name && !wanted.has(entry.stepId))
    .map((entry) => ({ entry, because: `${gateway.name} no longer asks for it` }));
}

/** Revision numbers and If-Match of plain Neutron (extensions standard-attr-revisions and revision-if-match). */
import type { LabState } from "../../state.ts";
import type { Call } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";

interface Seen {
  readonly parts: readonly object[];
  readonly number: number;
}

const seen = new WeakMap<LabState, Map<string, Seen>>();

/**
 * Goes up whenever an object is another one than when it was last asked about: operations replace objects and never
 * change them. `parts` are all that the API shows as one object.
 */
export function revisionOf(state: LabState, id: string, ...parts: readonly object[]): number {
  const known = seen.get(state) ?? new Map<string, Seen>();
  seen.set(state, known);
  const before = known.get(id);
  if (before?.parts.every((part, index) => part === parts[index])) return before.number;
  const number = before === undefined ? 0 : before.number + 1;
  known.set(id, { parts, number });
  return number;
}

/** Where the caller says which revision he has seen, it must be the present one. */
export function requireRevision(call: Call, present: number): void {
  const header = call.headers["if-match"];
  const asked = typeof header === "string" ? /^revision_number=(\d+)$/.exec(header)?.[1] : undefined;
  if (asked !== undefined && Number(asked) !== present) {
    throw new Failed("stale", `Constrained to revision ${asked}, but current revision is ${present}`);
  }
}

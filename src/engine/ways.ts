/** Which of the journal's changes belong together: those of one step, and those from which a step went on. Pure. */
import { goesOnFrom, subjectOfStep } from "../steps/all-steps.ts";
import type { ChangedThing } from "../steps/step.ts";
import type { EntryRecord } from "./journal/journal.ts";

/** What the change is about: the same for every change of one step at one server, NIC or EIP. */
export function keyOf({ stepId, kind, want }: EntryRecord): string {
  return textOf({ stepId, subject: subjectOfStep(kind, want) });
}

function keyBefore({ kind, want }: EntryRecord): string | undefined {
  const thing = goesOnFrom(kind, want);
  return thing && textOf(thing);
}

function textOf({ stepId, subject }: ChangedThing): string {
  return JSON.stringify([stepId, subject]);
}

/**
 * The changes that are taken back as one, oldest first. A step that went on from where another one had brought its object
 * takes over the other one's changes, once it is done: the way back does not lead through a place that may be gone.
 */
export function waysOf(entries: readonly EntryRecord[]): EntryRecord[][] {
  const ways = new Map<string, EntryRecord[]>();
  for (const entry of entries) {
    const own = keyOf(entry);
    const before = keyBefore(entry) ?? own;
    const earlier = ways.get(before) ?? [];
    if (before === own || (earlier.length > 0 && entry.after === null)) {
      ways.set(before, [...earlier, entry]);
    } else {
      ways.delete(before);
      ways.set(own, [...(ways.get(own) ?? []), ...earlier, entry]);
    }
  }
  return [...ways.values()];
}

/** All changes with these keys, and those from which they went on: without them an EIP would not find its way back. */
export function withWays(all: readonly EntryRecord[], keys: ReadonlySet<string>): readonly EntryRecord[] {
  const before = new Set(all.filter((entry) => keys.has(keyOf(entry))).map(keyBefore));
  return all.filter((entry) => keys.has(keyOf(entry)) || before.has(keyOf(entry)));
}

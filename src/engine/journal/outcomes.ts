import type { EntryRecord } from "./journal.ts";

const words = {
  started: "begun, not finished",
  done: "stands",
  undoing: "being taken back",
  undone: "taken back",
} as const;

/** One change of a run in words. */
export function stepOutcomes({ title, kind, state }: EntryRecord): string {
  return `${words[state].padEnd(20)} ${kind.padEnd(32)} ${title}`;
}

import { expect, test } from "vitest";
import { Problem } from "../report/problem.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { changesToUndo, withSkipHosts } from "./take-back.ts";
import { entriesOfGateway, journalOfFiles } from "./testing/files.ts";

const summary = "cannot reach ecs-1 over SSH";
const hintOf = (code: string, hint?: string) =>
  withSkipHosts(new Problem({ code, summary, ...(hint === undefined ? {} : { hint }) })).hint;

test.each([
  ["host/unreachable", "Is it running?", "`undo --skip-hosts` goes on without it. Is it running?"],
  ["host/failed", undefined, "`undo --skip-hosts` goes on without it."],
  ["host/elsewhere", "Go on without it: `undo --skip-hosts`.", "Go on without it: `undo --skip-hosts`."],
  ["cloud/conflict", "Plan again.", "Plan again."],
])("an undo that ends at %s says how to go on without the host: %s", (code, hint, expected) => {
  expect(hintOf(code, hint)).toBe(expected);
});

/** Of an undo by /a/one.yaml. */
function changesOf(standing: readonly EntryRecord[], even: readonly string[], run?: string) {
  const { entries, others } = changesToUndo(journalOfFiles("/a/one.yaml", standing), even, run);
  return { gateways: [...new Set(entries.map(({ gateway }) => gateway))], others: [...others] };
}
const [first, second] = [entriesOfGateway("first", "0001"), entriesOfGateway("second", "0002")];

test("a gateway that the file has no longer is taken back all the same, and one of which nobody knows the file", () => {
  const standing = [...first, ...entriesOfGateway("gone", "0001"), ...entriesOfGateway("old", "0003")];
  expect(changesOf(standing, [])).toEqual({ gateways: ["first", "gone", "old"], others: [] });
});

test("a gateway of another file stays, unless it is taken back by force", () => {
  const standing = [...first, ...second];
  expect(changesOf(standing, [])).toEqual({ gateways: ["first"], others: [["second", "/a/two.yaml"]] });
  expect(changesOf(standing, ["first", "second"])).toEqual({ gateways: ["first", "second"], others: [] });
});

test("of a run, what it and later ones changed is taken back", () => {
  const standing = [...first, ...entriesOfGateway("old", "0003")];
  expect(changesOf(standing, [], "2").gateways).toEqual(["old"]);
  expect(() => changesOf(standing, [], "9")).toThrow(expect.objectContaining({ code: "undo/unknown-run" }));
});

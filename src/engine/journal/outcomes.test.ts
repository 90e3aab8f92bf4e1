import { expect, test } from "vitest";
import type { EntryRecord } from "./journal.ts";
import { runText } from "./outcomes.ts";

const entry = (run: string, state: EntryRecord["state"]): EntryRecord => ({
  seq: 1,
  run,
  gateway: "egress",
  stepId: "a",
  kind: "host/ip-forwarding",
  object: "ecs-proxy",
  title: "Let ecs-proxy forward packets",
  want: {},
  before: {},
  after: null,
  state,
});
const line = (word: string) =>
  `${word.padEnd(20)} ${"host/ip-forwarding".padEnd(32)} Let ecs-proxy forward packets`;
const applied = { id: "0001", operation: "apply" } as const;
const undone = { id: "0002", operation: "undo" } as const;

test("a run is shown with what it changed, and with what it took back of others", () => {
  const own = entry("0001", "undone");
  expect(runText(applied, [own], [])).toBe(line("taken back"));
  expect(runText(applied, [own], [own])).toBe(line("taken back"));
  expect(runText(undone, [], [own])).toBe(`${line("taken back")} (of run 0001)`);
});

test("a run that changed nothing says so; an undo of which nothing is written says that", () => {
  expect(runText(applied, [], [])).toBe("run 0001 changed nothing");
  expect(runText(undone, [], [])).toBe("the journal knows of nothing that run 0002 took back");
});

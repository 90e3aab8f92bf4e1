import { expect, test } from "vitest";
import { stepsFor } from "../steps/for-gateway.ts";
import { facts, gatewayOf, proxyOf } from "../steps/testing/gateways.ts";
import { otherFilesOf, undoScope } from "./gateway-files.ts";
import type { EntryRecord, RunRecord } from "./journal/journal.ts";
import { entriesOf } from "./testing/entries.ts";

const run = (id: string, file: string | null): RunRecord => ({
  id,
  operation: "apply",
  cloud: "lab",
  gateways: [],
  startedAt: "2026-01-02T03:04:05.000Z",
  finishedAt: null,
  outcome: "done",
  user: "root",
  file,
});
const made = (gateway: string, by: string) =>
  entriesOf(stepsFor(gatewayOf([proxyOf(1)]), facts, ["1.1.1.1"]), { run: by }).map((entry) => ({
    ...entry,
    gateway,
  }));
const runs = [run("0001", "/a/one.yaml"), run("0002", "/a/two.yaml"), run("0003", null)];
const journalOf = (file: string, standing: readonly EntryRecord[]) => ({
  file,
  standing: () => standing,
  runs: () => runs,
});

test("a gateway that the file has no longer is its own all the same", () => {
  const standing = [...made("first", "0001"), ...made("gone", "0001")];
  expect(undoScope(journalOf("/a/one.yaml", standing), ["first"])).toEqual({
    gateways: ["first", "gone"],
    others: [],
  });
});

test("a gateway of another file stays, unless this file has it, too", () => {
  const standing = [...made("first", "0001"), ...made("second", "0002")];
  const of = (asked: readonly string[]) => undoScope(journalOf("/a/one.yaml", standing), asked);
  expect(of(["first"])).toEqual({
    gateways: ["first"],
    others: [{ gateway: "second", file: "/a/two.yaml" }],
  });
  expect(of(["first", "second"])).toEqual({ gateways: ["first", "second"], others: [] });
});

test("a gateway goes over to the file by which it was changed last", () => {
  const standing = [...made("moved", "0001"), ...made("moved", "0002")];
  expect(undoScope(journalOf("/a/one.yaml", standing), []).gateways).toEqual([]);
  expect(undoScope(journalOf("/a/two.yaml", standing), []).gateways).toEqual(["moved"]);
});

test("a gateway of which nobody knows the file is taken back as ever", () => {
  expect(undoScope(journalOf("/a/one.yaml", made("old", "0003")), []).gateways).toEqual(["old"]);
});

test("another file is named only where it is known, and another one", () => {
  const standing = [...made("first", "0001"), ...made("second", "0002"), ...made("old", "0003")];
  expect([...otherFilesOf(journalOf("/a/one.yaml", standing))]).toEqual([["second", "/a/two.yaml"]]);
});

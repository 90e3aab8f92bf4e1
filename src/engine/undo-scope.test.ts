import { expect, test } from "vitest";
import { stepsFor } from "../steps/for-gateway.ts";
import { facts, gatewayOf, proxyOf } from "../steps/testing/gateways.ts";
import type { RunRecord } from "./journal/journal.ts";
import { entriesOf } from "./testing/entries.ts";
import { undoScope } from "./undo-scope.ts";

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

test("a gateway that the file has no longer is its own all the same", () => {
  const standing = [...made("first", "0001"), ...made("gone", "0001")];
  expect(undoScope(standing, runs, { file: "/a/one.yaml", asked: ["first"] })).toEqual({
    gateways: ["first", "gone"],
    others: [],
  });
});

test("a gateway of another file stays, unless this file has it, too", () => {
  const standing = [...made("first", "0001"), ...made("second", "0002")];
  const of = (asked: readonly string[]) => undoScope(standing, runs, { file: "/a/one.yaml", asked });
  expect(of(["first"])).toEqual({
    gateways: ["first"],
    others: [{ gateway: "second", file: "/a/two.yaml" }],
  });
  expect(of(["first", "second"])).toEqual({ gateways: ["first", "second"], others: [] });
});

test("a gateway goes over to the file by which it was changed last", () => {
  const standing = [...made("moved", "0001"), ...made("moved", "0002")];
  expect(undoScope(standing, runs, { file: "/a/one.yaml", asked: [] }).gateways).toEqual([]);
  expect(undoScope(standing, runs, { file: "/a/two.yaml", asked: [] }).gateways).toEqual(["moved"]);
});

test("a gateway of which nobody knows the file is taken back as ever", () => {
  expect(undoScope(made("old", "0003"), runs, { file: "/a/one.yaml", asked: [] }).gateways).toEqual(["old"]);
});

import { expect, test } from "vitest";
import { Problem } from "../report/problem.ts";
import { withSkipHosts } from "./take-back.ts";

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

import { expect, test } from "vitest";
import type { StepResult } from "../report/events.ts";
import { failedText } from "./failed-text.ts";

const step = (id: string, outcome: StepResult["outcome"], code?: string): StepResult => ({
  id,
  step: "pair/role",
  object: id,
  title: `Let ${id} agree who is active`,
  outcome,
  ...(code === undefined ? {} : { problem: { code, summary: "it failed", retry: false } }),
  durationMs: 0,
});
const text = (steps: StepResult[], takenBack: StepResult[], stands = false) =>
  failedText({ run: "0007", steps, takenBack, stands }, [["-f", "a.yaml"]]);

test("what a failed run had made and taken back is not told again", () => {
  expect(text([step("a", "done"), step("b", "failed")], [step("a", "undone")])).toEqual([
    "run 0007 failed; what it had changed was taken back",
  ]);
});

test("what it has removed of earlier runs is", () => {
  expect(text([step("b", "failed")], [step("a", "undone")])).toEqual([
    "run 0007 failed; what it had changed was taken back",
    "this stays removed; `wayout apply -f a.yaml` sets it up again where the spec asks for it:",
    "  Let a agree who is active",
  ]);
});

test("a proxy that has left and cannot be reached may be passed over", () => {
  expect(text([], [step("a", "failed", "host/unreachable")])).toContain(
    "a proxy that has left and is off for good is passed over by `wayout apply --skip-hosts -f a.yaml`",
  );
});

test("a run whose changes all stand says what is left", () => {
  const [first, ...left] = text([step("b", "done")], [step("a", "failed", "cloud/throttled")], true);
  expect(first).toBe("all changes of run 0007 stand; `wayout apply -f a.yaml` takes back what is left:");
  expect(left).toHaveLength(1);
});

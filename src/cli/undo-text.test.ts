import { expect, test } from "vitest";
import type { StepResult } from "../report/events.ts";
import { undoEndText, undoPreviewText } from "./undo-text.ts";

const step = (outcome: StepResult["outcome"]): StepResult => ({
  id: "x",
  step: "host/ip-forwarding",
  object: "ecs-1",
  title: "Let ecs-1 forward packets",
  outcome,
  durationMs: 1,
});
const end = (
  outcome: "done" | "failed" | "stopped",
  steps: readonly StepResult["outcome"][],
  codes: readonly string[] = [],
) =>
  undoEndText({
    run: "0002",
    outcome,
    steps: steps.map(step),
    problems: codes.map((code) => ({ code, at: { step: "host/ip-forwarding", object: "ecs-1" } })),
  });

test("what an undo will take back is told gateway by gateway, with the state that comes back", () => {
  const route = "Send subnet-app's default route to ecs-1";
  const text = undoPreviewText([
    { gateway: "egress", title: route, before: "none" },
    { gateway: "other", title: "Let ecs-2 forward packets" },
    { gateway: "egress", title: "Let ecs-1 forward packets", before: "off, off after a boot" },
  ]);
  expect(text).toBe(`undo: 3 steps to take back
gateway egress
  - ${route}: back to: none
  - Let ecs-1 forward packets: back to: off, off after a boot
gateway other
  - Let ecs-2 forward packets`);
});

test("an undo that is done counts what it took back", () => {
  expect(end("done", ["undone", "already", "left"])).toBe("undo: 2 steps taken back");
  expect(undoEndText({ outcome: "done", steps: [], problems: [] })).toBe("undo: nothing to take back");
});

test("where nothing but what others changed is in the way, running it again is no help", () => {
  const steps = ["undone", "failed", "not-executed"] as const;
  expect(end("failed", steps, ["undo/changed-since"])).toContain("`undo --force`");
  expect(end("failed", steps, ["undo/changed-since", "cloud/conflict"])).toContain("run it again to go on");
});

test("where nothing but steps on hosts is left, that is said", () => {
  expect(end("failed", ["undone", "failed", "failed"], ["host/unreachable", "host/unreachable"])).toBe(
    "undo: 1 step taken back; left are only 2 steps on ecs-1, which could not be reached: run it again once it can be",
  );
});

test.each([
  ["a step stands below it", end("failed", ["failed", "not-executed"], ["host/unreachable"])],
  [
    "the cloud refused something",
    end("failed", ["failed", "failed"], ["host/unreachable", "cloud/conflict"]),
  ],
])("it is not said where %s", (_, text) => {
  expect(text).toBe("undo: failed; run it again to go on");
});

test("one that was stopped goes on when it is run again", () => {
  expect(end("stopped", ["undone"])).toBe("undo: stopped; run it again to go on");
});

import { expect, test } from "vitest";
import type { StepResult } from "../report/events.ts";
import { passedOverText } from "./left-on-hosts.ts";

const takenBack = (object: string, outcome: StepResult["outcome"]): StepResult => ({
  id: object,
  step: "pair/role",
  object,
  title: `Let ${object} agree who is active`,
  outcome,
  durationMs: 0,
});

test("a run that has passed over a dead host says what stays on it", () => {
  const steps = [takenBack("ecs-proxy-1", "failed"), takenBack("ecs-proxy-2", "undone")];
  expect(passedOverText({ takenBack: steps }, [["-f", "a.yaml"]])).toBe(
    "left in the journal: 1 step on ecs-proxy-1, which could not be reached; `wayout apply -f a.yaml` takes back what is left once it can be",
  );
  expect(passedOverText({ takenBack: [takenBack("a", "undone")] }, [])).toBeUndefined();
});

import { expect, it } from "vitest";
import type { Plan } from "./events.ts";
import { checkText, planText, problemsText, problemText, stepText } from "./human.ts";
import { Problem } from "./problem.ts";

const step = { id: "x", step: "cloud/default-route", object: "rtb", title: "Send the route to ecs-proxy" };

it("says each change with its reason, the values before and after, and what could be noticed", () => {
  const plan: Plan = {
    gateways: [
      {
        name: "egress",
        changes: [
          {
            ...step,
            action: "change",
            because: "it goes to ecs-old",
            before: "0.0.0.0/0 via ecs-old",
            after: { nextHop: "ecs-proxy", otherRules: ["a", "b"] },
            notice: "connections by ecs-old end",
            warnings: ["subnet-other shares the table"],
          },
        ],
        right: [
          { ...step, action: "none", because: "it is", before: "on", after: "on", notice: "", warnings: [] },
        ],
        blocked: [
          { ...step, because: "a foreign route is there", hint: "adopt it", adoptable: true },
          { ...step, because: "no SSH", detail: "ssh ecs-proxy\ntimed out", hint: "", adoptable: false },
          { ...step, because: "no SSH", detail: "ssh ecs-proxy\ntimed out", hint: "", adoptable: false },
        ],
        warnings: ["subnet-other shares the table", "subnet-other shares the table"],
      },
    ],
    summary: { changes: 1, right: 1, blocked: 3 },
  };
  expect(planText(plan)).toBe(`plan: 1 change, 1 already right, 3 blocked
gateway egress
  ~ Send the route to ecs-proxy
      because it goes to ecs-old
      now     0.0.0.0/0 via ecs-old
      then    next hop: ecs-proxy
      then    other rules: a
              b
      notice  connections by ecs-old end
  = Send the route to ecs-proxy
      because it is
  ! Send the route to ecs-proxy
      blocked because a foreign route is there
      hint    adopt it
  ! Send the route to ecs-proxy
      blocked because no SSH
      | ssh ecs-proxy
      | timed out
  ! Send the route to ecs-proxy
      blocked because no SSH
  warning: subnet-other shares the table`);
});

it("says by which way the clients' packets go, and that there may be nothing to do", () => {
  const text = (kind: "host-routes" | "nothing") =>
    planText({
      gateways: [
        {
          name: "egress",
          recipe: { kind, because: "so it is" },
          changes: [],
          right: [],
          blocked: [],
          warnings: [],
        },
      ],
      summary: { changes: 0, right: 0, blocked: 0 },
    });
  expect(text("host-routes")).toContain("\n  by host routes: so it is");
  expect(text("nothing")).toContain("\n  nothing to do: so it is");
});

it("says how a step ended, without colour and without signs", () => {
  expect(stepText({ ...step, outcome: "done", durationMs: 1234 })).toBe(
    "done     Send the route to ecs-proxy (1.2 s)",
  );
  const problem = { code: "cloud/conflict", summary: "it is in use" };
  expect(stepText({ ...step, outcome: "failed", problem, durationMs: 5 })).toBe(
    "FAILED   Send the route to ecs-proxy: it is in use",
  );
});

it("says what a check saw, in one line", () => {
  const check = { check: "ping", gateway: "egress", from: "ecs-app-1", to: "198.51.100.10" };
  expect(checkText({ ...check, ok: false, evidence: "first\n  second" })).toBe(
    "FAILED    ecs-app-1 ping 198.51.100.10: first; second",
  );
  expect(checkText({ ...check, ok: null, evidence: "no ping here" })).toMatch(/^not tried /);
});

it("says an error with its place, evidence, hint and code", () => {
  const problem = new Problem({
    code: "a/b",
    summary: "it broke",
    detail: "line 1\nline 2",
    hint: "mend it",
  });
  expect(problemText(problem.where({ step: "cloud/default-route", object: "rtb" }))).toBe(
    "error: cloud/default-route of rtb: it broke\n  | line 1\n  | line 2\n  hint: mend it\n  code: a/b",
  );
});

it("tells what several steps on one object ran into once, with all of them", () => {
  const unreachable = (step: string, object: string) =>
    new Problem({
      code: "host/unreachable",
      summary: `cannot reach ${object} over SSH`,
      at: { step, object },
    });
  expect(
    problemsText([
      unreachable("host/source-nat", "ecs-1"),
      unreachable("pair/role", "ecs-2"),
      unreachable("pair/role", "ecs-1"),
      new Problem({ code: "cloud/stopped", summary: "stopped while waiting for the cloud" }),
    ]),
  ).toBe(`error: host/source-nat, pair/role of ecs-1: cannot reach ecs-1 over SSH
  code: host/unreachable
error: pair/role of ecs-2: cannot reach ecs-2 over SSH
  code: host/unreachable
error: stopped while waiting for the cloud
  code: cloud/stopped`);
});

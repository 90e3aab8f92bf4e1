/**
 * The cloud fails at a call of apply and of undo: each run ends in success or in a clear error, and the next one converges.
 * In `npm test` a sample of the calls; all of them, with every fault, once and lasting, with WAYOUT_FAULTS=all, or so many
 * of these at each gateway with a number.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gatewayFile } from "./gateway-file.ts";
import { allCases, sampledCases } from "./sweep/cases.ts";
import type { ArmedFault, FaultName } from "./sweep/faulty-way.ts";
import { type Ended, openSweepWorld } from "./sweep/world.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = "test-faults-calls";
const wanted = process.env.WAYOUT_FAULTS ?? "";
const file = gatewayFile();
const scenarioFile = join(file.path, "..", "scenario.yaml");
const scenario = `description: A proxy with an EIP, and one without.
vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets: [{ name: subnet-app, cidr: 192.168.125.0/24 }]
  - name: vpc-bare
    cidr: 10.1.0.0/16
    subnets: [{ name: subnet-bare, cidr: 10.1.1.0/24 }]
securityGroups:
  - name: sg-demo
    rules:
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
      - { direction: out }
servers:
  - { name: ecs-proxy, kind: machine, subnet: subnet-app, eip: 203.0.113.10, securityGroups: [sg-demo] }
  - { name: ecs-app, subnet: subnet-app, securityGroups: [sg-demo] }
  - { name: ecs-bare, kind: machine, subnet: subnet-bare, securityGroups: [sg-demo] }
  - { name: ecs-bare-app, subnet: subnet-bare, securityGroups: [sg-demo] }
`;

beforeAll(async () => {
  writeFileSync(scenarioFile, scenario);
  await must("lab", "up", scenarioFile, "--name", lab);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test.each([
  ["the manual's gateway", { vpc: "vpc-demo", proxies: ["ecs-proxy"], subnets: ["subnet-app"] }],
  [
    "a new EIP, a route table of its own and a group beside the others",
    {
      vpc: "vpc-bare",
      proxies: ["ecs-bare"],
      subnets: ["subnet-bare"],
      publicIp: "allocate",
      routeTable: "own",
      securityGroup: "add",
    },
  ],
])("%s: whichever call the cloud fails at, nothing is lost", { timeout: 7_200_000 }, async (name, lines) => {
  // The proof by one ping is short: what is tried are the calls to the cloud.
  const gateway = JSON.stringify({ name: "egress", ...lines });
  file.writeText(`cloud: lab\ngateways: [${gateway}]\nprobes: {ping: [198.51.100.10]}\n`);
  await using world = await openSweepWorld(lab, file.path);
  const start = await world.cloud();
  // The hosts are set up once, and are right in every run after.
  expect(await world.apply()).toMatchObject({ outcome: "done" });
  expect(await world.undo()).toMatchObject({ outcome: "done" });
  expect(await world.cloud()).toEqual(start);
  const whole = [await world.apply(), await world.undo()].map(({ calls }) => calls);
  const [applyCalls = [], undoCalls = []] = whole;
  const cases =
    wanted === ""
      ? sampledCases(applyCalls, undoCalls)
      : allCases(applyCalls, undoCalls).slice(0, wanted === "all" ? undefined : Number(wanted));
  const outcomes = { done: 0, error: 0 };
  const count = (ended: Ended): void => {
    outcomes[ended.outcome === "done" ? "done" : "error"] += 1;
  };

  for (const one of cases) {
    const first = await world.apply(one.apply);
    const at = `apply, ${wordsOf(one.apply)} at ${first.met[0]}`;
    count(first);
    expectClear(first, one.apply, at);
    if (first.outcome !== "done") {
      // What had been changed was taken back, unless the cloud went on failing, or it failed after the last change.
      if (!one.apply.lasting && !first.stands)
        expect(await world.cloud(), `${at}: taken back`).toEqual(start);
      expect(await world.settle(), `${at}, then again`).toMatchObject({ outcome: "done", problems: [] });
    }
    expect(await world.planned(), `${at}, then planned`).toBe(0);

    const back = await world.undo(one.undo);
    const undoAt = `undo, ${wordsOf(one.undo)} at ${back.met[0]}`;
    count(back);
    expectClear(back, one.undo, undoAt);
    if (back.outcome !== "done") {
      expect(await world.undo(), `${undoAt}, then again`).toMatchObject({ outcome: "done", problems: [] });
    }
    expect(await world.cloud(), `${undoAt}, then undone`).toEqual(start);
  }
  expect(await world.apply(), "for the hosts").toMatchObject({ outcome: "done" });
  expect(await world.undo(undefined, { hosts: true })).toMatchObject({ outcome: "done" });
  process.stdout.write(
    `${name}: faults tried at ${cases.length * 2} calls (apply has ${applyCalls.length}, undo ${undoCalls.length}); ` +
      `${outcomes.done} runs ended in success, ${outcomes.error} in a clear error, and the next run converged every time\n`,
  );
});

const codes: Readonly<Record<FaultName, string>> = {
  timeout: "cloud/unavailable",
  "401": "cloud/unauthorized",
  "403": "cloud/forbidden",
  "409": "cloud/conflict",
  "429": "cloud/throttled",
  "500": "cloud/unavailable",
  "cut body": "cloud/unavailable",
};

/** Success, or an error that says which call failed, why, and what to do. */
function expectClear(ended: Ended, { fault }: ArmedFault, at: string): void {
  expect(ended.met.length, at).toBeGreaterThan(0);
  if (ended.outcome === "done") return;
  expect(["failed", "refused", "unproven"], at).toContain(ended.outcome);
  const [problem] = ended.problems;
  // A login is refused in one way, whatever the status.
  const isLogin = ended.met[0] === "POST /v3/auth/tokens";
  const code = isLogin && fault === "403" ? codes["401"] : codes[fault];
  expect(problem?.code, `${at}: ${problem?.summary} ${problem?.detail}`).toBe(code);
  expect(problem?.hint, at).toMatch(/\w{3}/);
  expect(problem?.detail, at).toMatch(/^(GET|POST|PUT|DELETE) http/m);
  if (fault === "403" && !isLogin) expect(problem?.summary, at).toMatch(/: (vpc|ecs):\w+:\w+ is missing/);
  if (/^\d/.test(fault)) expect(problem?.detail, at).toContain("request id req-");
}

function wordsOf({ fault, call, lasting }: ArmedFault): string {
  return `${fault}${lasting ? " from there on" : ""}, call ${call}`;
}

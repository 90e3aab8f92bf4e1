/** Everything that Wayout shows, with a text of others in every field that can hold one. */
import { acceptText } from "../../src/cli/accept-text.ts";
import { cloudText } from "../../src/cli/cloud-text.ts";
import { failedText } from "../../src/cli/failed-text.ts";
import { picture } from "../../src/cli/lab/picture.ts";
import { passedOverText } from "../../src/cli/left-on-hosts.ts";
import { answer, answerJson, answerText, note, noteText, tellFailure } from "../../src/cli/output.ts";
import { runsText } from "../../src/cli/runs.ts";
import { statusText } from "../../src/cli/status.ts";
import { tracedText } from "../../src/cli/traced-text.ts";
import { staysText, undoEndText, undoPreviewText } from "../../src/cli/undo-text.ts";
import { verifiedText } from "../../src/cli/verify.ts";
import type { EntryRecord, RunRecord } from "../../src/engine/journal/journal.ts";
import { runText } from "../../src/engine/journal/outcomes.ts";
import type { GatewayStatus } from "../../src/engine/status.ts";
import type { DrillPlan, DrillReport } from "../../src/report/drill.ts";
import { drillPlanText, drillText } from "../../src/report/drill-text.ts";
import type { CheckResult, Plan, StepResult } from "../../src/report/events.ts";
import { planText, problemsText } from "../../src/report/human.ts";
import { Problem } from "../../src/report/problem.ts";
import { linesOf } from "../../src/report/visible.ts";

type Next = () => string;

export const planOf = (next: Next): Plan => {
  const line = () => ({ id: next(), step: next(), object: next(), title: next() });
  const change = { notice: next(), warnings: [], because: next() };
  return {
    gateways: [
      {
        name: next(),
        recipe: { kind: "host-routes", because: next() },
        changes: [
          { ...line(), ...change, action: "change", before: next(), after: { [next()]: next() } },
          { ...line(), ...change, action: "create", before: null, after: { names: [next(), next()] } },
        ],
        right: [{ ...line(), ...change, action: "none", before: next(), after: next() }],
        blocked: [{ ...line(), because: next(), detail: next(), hint: next(), adoptable: false }],
        warnings: [next()],
      },
    ],
    summary: { changes: 2, right: 1, blocked: 1 },
  };
};

export const checkOf = (next: Next, ok: boolean | null): CheckResult => ({
  check: next(),
  gateway: next(),
  from: next(),
  to: next(),
  ok,
  evidence: next(),
});

export const stepOf = (next: Next, outcome: StepResult["outcome"]): StepResult => ({
  ...{ id: next(), step: next(), object: next(), title: next(), because: next() },
  outcome,
  ...(outcome === "failed" ? { problem: { code: "host/unreachable", summary: next() } } : {}),
  durationMs: 1,
});

export const drillReportOf = (next: Next): DrillReport => ({
  gateway: next(),
  fault: "cable",
  client: next(),
  startedAt: next(),
  ok: false,
  active: { before: next(), after: next() },
  takenOver: false,
  connections: { opened: 2, kept: 1, reset: 1, closed: 0, hanging: 0, lostAtMs: [3] },
  downloads: { started: 1, finished: 0, failed: next() },
  ...{ worstGapMs: 1, gapBeforeMs: 1, detectMs: 1, promoteMs: 1, firstPacketMs: 1, wholeMs: 1 },
  ...{ clockErrorMs: 1, udp: null, icmp: null, whole: false, notWhole: next() },
  publicIp: { before: next(), after: next() },
  couldNotMeasure: [next()],
});

const drillPlanOf = (next: Next): DrillPlan => ({
  ...{ gateway: next(), fault: "cable", active: next(), standby: next(), client: next() },
  ...{ does: next(), notice: next(), load: [next(), next()], couldNotMeasure: [next()] },
});

const runOf = (next: Next): RunRecord => ({
  ...{ id: next(), operation: "apply", cloud: next(), gateways: [next()], startedAt: next() },
  ...{ finishedAt: null, outcome: "died", user: next(), file: next() },
});

const entryOf = (next: Next): EntryRecord => ({
  ...{ seq: 1, run: next(), gateway: next(), stepId: next(), kind: next(), object: next(), title: next() },
  ...{ want: next(), before: next(), after: next(), state: "done" },
});

const statusOf = (next: Next): GatewayStatus => {
  const server = () => ({ server: next(), privateIp: next(), publicIp: next(), state: next() });
  const member = { role: null, since: next(), connections: 1, known: 1, lagSeconds: 1 } as const;
  const proxy = server();
  return {
    ...{ name: next(), vpc: next(), proxy, proxies: [proxy], missingEip: next(), clients: [server()] },
    pair: {
      ...{ setUp: true, inner: next(), outer: next(), publicIp: next(), active: next(), activeSince: next() },
      ...{ standby: next(), signed: false, inSync: false, reason: next() },
      members: [
        {
          ...{ server: next(), ...member, lastCommit: "ok", guarded: true },
          messages: {
            refusedAdverts: 1,
            refusedSync: 1,
            lost: 1,
            late: 1,
            malformed: 1,
            refusedConnections: 1,
          },
          foreign: { count: 1, example: next() },
        },
      ],
    },
    subnets: [{ name: next(), cidr: next(), routeTable: next(), route: next() }],
    ...{ standing: 1, doubtful: 1, otherFile: next(), lastRun: runOf(next) },
  };
};

const problemOf = (next: Next): Problem =>
  new Problem({
    ...{ code: "cloud/conflict", summary: next(), detail: `${next()}\n${next()}`, hint: next() },
    at: { step: next(), object: next() },
  });

const cloudOf = (next: Next): Parameters<typeof cloudText>[0] => {
  const told = { code: "cloud/conflict", summary: next(), detail: next(), hint: next() };
  return {
    ...{ name: next(), place: next(), ok: false, problem: told, authUrl: next(), region: next() },
    credentials: { kind: "token", user: next() },
    ...{ project: { name: next() }, endpoints: { [next()]: next() }, warnings: [next()] },
    login: {
      ...{ project: { id: next() }, tokenExpiresAt: next() },
      services: [{ service: next(), ok: false, url: next(), durationMs: 1, problem: told }],
    },
  };
};

const labOf = (next: Next): Parameters<typeof picture>[0] => ({
  ...{ name: next(), scenario: next(), apiUrl: next(), startedAt: next(), uptimeSeconds: 1 },
  servers: [
    {
      ...{ name: next(), id: next(), privateIp: next(), eip: next(), vpc: next(), subnet: next() },
      ...{ zone: next(), kind: "machine", image: "debian", state: next() },
    },
  ],
  faults: [{ id: next(), effect: next() }],
});

/** Each writes to stdout or stderr, as the command of that name does. */
export const shown: Readonly<Record<string, (next: Next) => void>> = {
  plan: (next) => answerText(planText(planOf(next))),
  "plan --json": (next) => answerJson(planOf(next)),
  verify: (next) =>
    answerText(
      verifiedText({ ok: false, checks: [checkOf(next, true), checkOf(next, false)], unproven: [next()] }),
    ),
  status: (next) => answerText(statusText(statusOf(next), [["-f", next()]])),
  "status --json": (next) => answerJson({ gateways: [statusOf(next)] }),
  "the preview of undo": (next) =>
    answerText(undoPreviewText([{ gateway: next(), title: next(), before: next() }])),
  "the end of undo": (next) =>
    answer(
      undoEndText({
        ...{ run: next(), outcome: "failed", steps: [stepOf(next, "failed")] },
        problems: [{ code: "host/unreachable" }],
      }),
    ),
  "what undo leaves": (next) => note(staysText({ gateway: next(), file: next() }, [next()])),
  runs: (next) => answerText(runsText([runOf(next)])),
  "one run": (next) => answerText(runText(runOf(next), [entryOf(next)], [entryOf(next)])),
  "records to accept": (next) =>
    answerText(
      acceptText([
        {
          ...{ stepId: next(), title: next(), runs: [next()], doubt: "changed", before: next() },
          login: { server: next(), destination: next(), user: next(), jump: next() },
          files: [{ path: next(), mode: next(), content: next() }],
        },
      ]),
    ),
  "a failed apply": (next) =>
    noteText(
      linesOf(
        failedText(
          {
            run: next(),
            steps: [],
            takenBack: [stepOf(next, "failed"), stepOf(next, "undone")],
            stands: false,
          },
          [["--lab", next()]],
        ),
      ),
    ),
  "a host passed over": (next) => note(passedOverText({ takenBack: [stepOf(next, "failed")] }, []) ?? ""),
  "a drill's plan": (next) => answerText(drillPlanText(drillPlanOf(next))),
  drill: (next) => answerText(drillText(drillReportOf(next))),
  clouds: (next) => answerText(cloudText(cloudOf(next))),
  "a traced call": (next) =>
    note(
      tracedText({
        ...{ method: "GET", url: next(), failure: next(), durationMs: 1, requestId: next(), attempt: 2 },
      }),
    ),
  problems: (next) => noteText(problemsText([problemOf(next), problemOf(next)])),
  "a failure": (next) => tellFailure(problemOf(next), true),
  "a fault": (next) => tellFailure(new Error(next()), true),
  "what is no error": (next) => tellFailure(next(), true),
  "lab status": (next) => answerText(picture(labOf(next), { all: true })),
};

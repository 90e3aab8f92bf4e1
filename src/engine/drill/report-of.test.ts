import { describe, expect, test } from "vitest";
import { type DrillFacts, reportOf } from "./report-of.ts";

const fault = 1_700_000_010_000;
const clock = { toHereMs: 0, errorMs: 5 };
const successor = {
  role: "active",
  sinceMs: fault + 160,
  commit: "ok",
  tookMs: 30,
  unfit: "",
  unsynced: "",
  telling: false,
  settled: true,
  restarts: 0,
  services: { role: true, sync: true },
  own: { count: 50, hashes: [] },
  known: { count: 0, hashes: [] },
  foreign: { count: 0, example: "" },
  guarded: true,
  messages: { refusedAdverts: 0, refusedSync: 0, lost: 0, late: 0, malformed: 0, refusedConnections: 0 },
  signing: "none" as const,
  lagSeconds: 0,
} as const;

function facts(changes: Partial<DrillFacts> = {}): DrillFacts {
  return {
    plan: {
      gateway: "egress",
      fault: "cable",
      active: "ecs-proxy-1",
      standby: "ecs-proxy-2",
      client: "ecs-app-1",
      does: "",
      notice: "",
      load: [],
      couldNotMeasure: [],
    },
    load: { lifeSeconds: 120, download: { url: "http://198.51.100.10/slow", by: "curl" } },
    startedAt: new Date(fault - 5000),
    found: {
      connections: { asked: 50, opened: 50, kept: 50, lost: [], failed: "" },
      udp: null,
      icmp: null,
      icmpCount: null,
      download: { finished: true, endedMs: fault + 4000, said: "3000000 bytes in 6 s" },
      troubles: [],
    },
    failedOver: {
      momentMs: fault,
      successor,
      unseen: "",
      state: {
        members: [],
        active: "ecs-proxy-2",
        activeSince: null,
        split: "",
        standby: "ecs-proxy-1",
        notReady: "",
      },
      wholeAtMs: fault + 7000,
    },
    clocks: { broken: clock, successor: clock, client: clock },
    publicIp: { before: "203.0.113.20", after: "203.0.113.20" },
    ...changes,
  };
}

const reported = (changes: Partial<DrillFacts> = {}) => reportOf(facts(changes)).report;

test("a drill that lost nothing is ok, with its times since the fault", () => {
  expect(reported()).toMatchObject({
    ok: true,
    takenOver: true,
    connections: { opened: 50, kept: 50 },
    downloads: { started: 1, finished: 1, failed: "" },
    detectMs: 160,
    promoteMs: 30,
    wholeMs: 7000,
    couldNotMeasure: [],
  });
});

test("a role that nobody saw move is no failover, whatever was kept, and the reason is told", () => {
  const stayed = { ...facts().failedOver, successor: null, unseen: "ecs-proxy-2 cannot be asked" };
  const report = reported({ failedOver: stayed });
  expect(report).toMatchObject({ ok: false, takenOver: false, detectMs: null });
  expect(report.couldNotMeasure).toEqual([
    "detection and promotion: the other proxy was not seen active (ecs-proxy-2 cannot be asked)",
  ]);
});

describe("a download", () => {
  const found = facts().found;

  test("that had ended before the fault says nothing of it", () => {
    const download = { finished: true, endedMs: fault - 1, said: "" };
    const report = reported({ found: { ...found, download } });
    expect(report).toMatchObject({ ok: true, downloads: { started: null, finished: null } });
    expect(report.couldNotMeasure).toEqual([
      "the download: it had ended before the fault, so it is too short",
    ]);
  });

  test("that failed before the fault is not held against the pair, and its reason is told", () => {
    const download = { finished: false, endedMs: fault - 900, said: "curl: (22) 404" };
    const report = reported({ found: { ...found, download } });
    expect(report.ok).toBe(true);
    expect(report.couldNotMeasure).toEqual(["the download: it had ended before the fault (curl: (22) 404)"]);
  });

  test("that broke off afterwards is lost", () => {
    const download = { finished: false, endedMs: fault + 900, said: "curl: (18) transfer closed" };
    expect(reported({ found: { ...found, download } })).toMatchObject({
      ok: false,
      downloads: { started: 1, finished: 0, failed: "curl: (18) transfer closed" },
    });
  });

  test("whose end is not known counts as one that went on", () => {
    const download = { finished: true, endedMs: null, said: "" };
    expect(reported({ found: { ...found, download } }).downloads).toMatchObject({ started: 1, finished: 1 });
  });
});

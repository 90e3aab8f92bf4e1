import { expect, test } from "vitest";
import { type MemberReport, parseReport } from "./report.ts";
import type { Sample } from "./sample.ts";
import { type Asked, areSigned, pairState, whyNotSettled } from "./state.ts";

/** The connections from one number to another one. */
const from = (first: number, to: number): Sample => ({
  count: to - first,
  hashes: Array.from({ length: to - first }, (_, at) => first + at),
});
const none = from(0, 0);

const report = (changes: Partial<MemberReport> = {}): MemberReport => ({
  role: "standby",
  sinceMs: 1_795_568_855_209,
  commit: "none",
  tookMs: 7,
  unfit: "",
  unsynced: "",
  telling: false,
  settled: true,
  restarts: 0,
  services: { role: true, sync: true },
  own: none,
  known: from(0, 1000),
  foreign: { count: 0, example: "" },
  guarded: true,
  messages: { refusedAdverts: 0, refusedSync: 0, lost: 0, late: 0, malformed: 0, refusedConnections: 0 },
  signing: "none",
  lagSeconds: 0,
  ...changes,
});
const member = (server: string, changes?: Partial<MemberReport> | null): Asked =>
  changes === null
    ? { server, report: null, unreachable: `cannot reach ${server} over SSH` }
    : { server, report: report(changes), unreachable: "" };
const active = member("a", { role: "active", own: from(0, 1000), known: none });

test("a pair is ready when one is active and the other knows its connections", () => {
  expect(pairState([active, member("b")])).toMatchObject({
    active: "a",
    standby: "b",
    split: "",
    notReady: "",
  });
  expect(pairState([member("b"), active])).toMatchObject({ active: "a", standby: "b", notReady: "" });
});

test.each<[string, Asked, string]>([
  ["cannot be asked", member("b", null), "b cannot be asked (cannot reach b over SSH)"],
  ["has no role", member("b", { role: null }), "b is not settled"],
  [
    "has its role service down",
    member("b", { role: null, services: { role: false, sync: true } }),
    "b: wayout-pair.service does not run",
  ],
  ["has no rules", member("b", { unfit: "its rules are gone" }), "b: its rules are gone"],
  [
    "has no conntrackd",
    member("b", { services: { role: true, sync: false } }),
    "b: wayout-sync.service does not run",
  ],
  ["hears nothing", member("b", { unsynced: "nothing heard for 9 s" }), "b: nothing heard for 9 s"],
  ["has a stuck conntrackd", member("b", { known: null }), "b: conntrackd does not answer"],
  ["knows as many others", member("b", { known: from(1000, 2000) }), "b knows 0 of 1000 connections"],
  [
    "takes adverts from anybody",
    member("b", { guarded: false }),
    "b takes adverts and sync from anybody: the rules of its guard are not loaded",
  ],
  ["knows half of them", member("b", { known: from(0, 500) }), "b knows 500 of 1000 connections"],
])("a standby that %s is not ready, with the reason", (_, standby, reason) => {
  expect(pairState([active, standby])).toMatchObject({ active: "a", notReady: reason });
});

test("a standby is not ready while the new active one still tells it what is open", () => {
  const told = member("a", { role: "active", own: from(0, 1000), telling: true });
  expect(pairState([told, member("b")]).notReady).toBe("a is still telling it about the open connections");
});

test("a few connections between two readings are not a standby out of sync", () => {
  expect(pairState([active, member("b", { known: from(0, 990) })]).notReady).toBe("");
  expect(
    pairState([member("a", { role: "active", own: from(0, 9) }), member("b", { known: none })]).notReady,
  ).toBe("");
});

test("none active, and both active, are told as such", () => {
  expect(pairState([member("a"), member("b", null)]).split).toBe(
    "nobody is known to be active: a is standby; b cannot be asked (cannot reach b over SSH)",
  );
  expect(pairState([active, member("b", { role: "active" })]).split).toContain("both a and b are active");
});

test("a proxy is settled when it has the role, or follows the other one with every connection", () => {
  const notRunning = member("b", { role: null, settled: false, services: { role: false, sync: false } });
  expect(whyNotSettled(active, notRunning)).toBe("");
  expect(whyNotSettled(active, member("b", null))).toBe("");
  expect(whyNotSettled(member("b"), active)).toBe("");
  expect(whyNotSettled(active, member("b"))).toBe("");
});

test("a proxy is not settled while its role or the other one's is open, or while it lacks connections", () => {
  const open = member("b", { role: null, settled: false });
  expect(whyNotSettled(open, active)).toBe("b is not settled");
  expect(whyNotSettled(active, open)).toBe("b is not settled");
  expect(whyNotSettled(member("b", null), active)).toBe("b cannot be asked (cannot reach b over SSH)");
  expect(whyNotSettled(member("b", { known: from(0, 149) }), active)).toBe("b knows 149 of 1000 connections");
  expect(whyNotSettled(member("b", { settled: false }), active)).toBe("b is not settled");
});

test("a report is read from what the host prints", () => {
  const output = `role=active
since=1795568855209
commit=ok
took=14
unfit=
unsynced=nothing heard from 192.168.125.5's conntrackd for 9 s
lag=9
settled=yes
signing=permissive
restarts=3
wayout-pair=active
wayout-sync=activating
guarded=yes
adverts-refused=12
sync-refused=3
malformed=1
lost=5
late=7
refused-connections=2
internal=3 5 8 4294967295
external=0
foreign=2 10.0.0.9 to 169.254.169.254 comes from a source that is not served
`;
  expect(parseReport(output)).toEqual(
    report({
      role: "active",
      commit: "ok",
      tookMs: 14,
      unsynced: "nothing heard from 192.168.125.5's conntrackd for 9 s",
      restarts: 3,
      services: { role: true, sync: false },
      own: { count: 3, hashes: [5, 8, 4294967295] },
      known: none,
      foreign: { count: 2, example: "10.0.0.9 to 169.254.169.254 comes from a source that is not served" },
      messages: {
        refusedAdverts: 12,
        refusedSync: 3,
        lost: 5,
        late: 7,
        malformed: 1,
        refusedConnections: 2,
      },
      signing: "permissive",
      lagSeconds: 9,
    }),
  );
  expect(parseReport("")).toMatchObject({
    role: null,
    own: null,
    lagSeconds: null,
    commit: "none",
    signing: null,
  });
});

test("adverts are signed when both enforce it; of a host that is not heard of, or takes no part, nothing is known", () => {
  const at = (signing: MemberReport["signing"]) => member("a", { signing });
  expect(areSigned([at("enforce"), at("enforce")])).toBe(true);
  expect(areSigned([at("enforce"), at("permissive")])).toBe(false);
  expect(areSigned([at("none"), at("none")])).toBe(false);
  expect(areSigned([at("none"), member("b", null)])).toBe(false);
  expect(areSigned([at("enforce"), member("b", null)])).toBe(null);
  expect(areSigned([at("enforce"), at(null)])).toBe(null);
  expect(parseReport("signing=\n").signing).toBe("none");
  expect(parseReport("signing=enforce; rm\n").signing).toBe(null);
});

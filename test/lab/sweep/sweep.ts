/** Applies and undoes a spec while the cloud fails, at one call after the other. */
import { expect } from "vitest";
import { freeCalls } from "../../../src/cloud/testing/free-calls.ts";
import type { GatewayFile } from "../gateway-file.ts";
import { allCases, type Case, sampledCases } from "./cases.ts";
import type { ArmedFault, FaultName } from "./faulty-way.ts";
import { type Ended, openSweepWorld } from "./world.ts";

/** What of the cases is asked for: a sample, "all", how many of all, or which: "400-800". */
export const wanted = process.env.WAYOUT_FAULTS ?? "";

function part(cases: readonly Case[]): readonly Case[] {
  if (wanted === "all") return cases;
  const [first = "", last] = wanted.split("-");
  return last === undefined ? cases.slice(0, Number(first)) : cases.slice(Number(first), Number(last));
}

export async function sweep(
  lab: string,
  file: GatewayFile,
  says: string,
  gateways: readonly object[],
): Promise<void> {
  // The proof by one ping is short: what is tried are the calls to the cloud.
  file.writeText(`cloud: lab\ngateways: ${JSON.stringify(gateways)}\nprobes: {ping: [198.51.100.10]}\n`);
  await using world = await openSweepWorld(lab, file.path);
  const start = await world.cloud();
  // The hosts are set up once, and are right in every run after.
  expect(await world.apply()).toMatchObject({ outcome: "done" });
  expect(await world.undo()).toMatchObject({ outcome: "done" });
  expect(await world.cloud()).toEqual(start);
  const whole = [await world.apply(), await world.undo()].map(({ calls }) => calls);
  const [applyCalls = [], undoCalls = []] = whole;
  const cases = wanted === "" ? sampledCases(applyCalls, undoCalls) : part(allCases(applyCalls, undoCalls));
  const outcomes = { done: 0, error: 0 };
  const count = (ended: Ended): void => {
    outcomes[ended.outcome === "done" ? "done" : "error"] += 1;
  };

  for (const [index, one] of cases.entries()) {
    if (wanted !== "" && index % 50 === 0)
      process.stdout.write(`${says}: ${index} of ${cases.length} cases\n`);
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
    `${says}: faults tried at ${cases.length * 2} calls (apply has ${applyCalls.length}, undo ${undoCalls.length}); ` +
      `${outcomes.done} runs ended in success, ${outcomes.error} in a clear error, and the next run converged every time\n`,
  );
}

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
  expect(ended.unproven, at).toEqual([]);
  const [problem] = ended.problems;
  // A login is refused in one way, whatever the status.
  const isLogin = ended.met[0] === "POST /v3/auth/tokens";
  const code = isLogin && fault === "403" ? codes["401"] : codes[fault];
  expect(problem?.code, `${at}: ${problem?.summary} ${problem?.detail}`).toBe(code);
  expect(problem?.hint, at).toMatch(/\w{3}/);
  expect(problem?.detail, at).toMatch(/^(GET|POST|PUT|DELETE) http/m);
  if (fault === "403" && !isLogin && !freeCalls.includes(ended.met[0] ?? ""))
    expect(problem?.summary, at).toMatch(/: [\w:]+ is missing/);
  if (/^\d/.test(fault)) expect(problem?.detail, at).toContain("request id req-");
}

function wordsOf({ fault, call, lasting }: ArmedFault): string {
  return `${fault}${lasting ? " from there on" : ""}, call ${call}`;
}

/** Apply and undo as the command does them, over a way on which calls fail, in one process and on a clock that does not wait. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openControlFolder } from "../../../src/cli/control-folder.ts";
import type { Cloud } from "../../../src/cloud/cloud.ts";
import type { CloudConfig } from "../../../src/cloud/config/cloud-config.ts";
import { loadCloud, systemSources } from "../../../src/cloud/config/load-cloud.ts";
import { openCloud } from "../../../src/cloud/open-cloud.ts";
import { carryOut } from "../../../src/engine/carry-out.ts";
import type { Context } from "../../../src/engine/context.ts";
import { converge, plan } from "../../../src/engine/converge.ts";
import { openSqliteJournal } from "../../../src/engine/journal/sqlite-journal.ts";
import { takeBack } from "../../../src/engine/take-back.ts";
import type { Verified } from "../../../src/engine/verify.ts";
import { openHosts } from "../../../src/host/ssh.ts";
import { openLab } from "../../../src/lab/client/labs.ts";
import { Problem } from "../../../src/report/problem.ts";
import { chooseProbes } from "../../../src/spec/probes.ts";
import { parseSpec } from "../../../src/spec/spec.ts";
import { cloudState } from "../world-state.ts";
import { type ArmedFault, type FaultyWay, openFaultyWay } from "./faulty-way.ts";

/** How a run ended: its outcome, and what it told the user where that is not success. */
export interface Ended {
  readonly outcome: string;
  readonly problems: readonly Problem[];
  /** It failed after its last change. */
  readonly stands: boolean;
  /** What its proof found wrong, in words. */
  readonly unproven: readonly string[];
  readonly calls: readonly string[];
  readonly met: readonly string[];
}

export interface SweepWorld extends AsyncDisposable {
  apply(fault?: ArmedFault): Promise<Ended>;
  /** An apply without faults, and without its proof at the end. */
  settle(): Promise<Ended>;
  /** Of the cloud's objects alone, unless `hosts`. */
  undo(fault?: ArmedFault, options?: { readonly hosts: boolean }): Promise<Ended>;
  /** Changes that a plan would make; undefined where it is blocked. */
  planned(): Promise<number | undefined>;
  cloud(): Promise<unknown>;
}

/** Kinds of the steps that change a host. */
const onHosts = /^(host\/|pair\/(packages|connection-sync|role)$)/;

/** Waits take no time; a call that gets no answer is given up soon. */
const hasty = {
  clock: { now: Date.now, random: () => 0, sleep: async () => undefined },
  timeoutMs: 1_000,
  attempts: 2,
} as const;

export async function openSweepWorld(lab: string, spec: string): Promise<SweepWorld> {
  const { cloudsFile, sshConfig, probes: local, apiUrl } = await openLab(lab);
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  const file = parseSpec(readFileSync(spec, "utf8"), spec);
  const control = openControlFolder();
  const hosts = openHosts({ controlDir: control.path, configFile: sshConfig, connectTimeoutMs: 1_000 });
  const journal = openSqliteJournal(folder, "/a/wayout.yaml", () => new Date());
  const way = await openFaultyWay(apiUrl);
  const config = loadCloud("lab", { ...systemSources(), env: { OS_CLIENT_CONFIG_FILE: cloudsFile } });
  const context: Context = {
    report: () => undefined,
    signal: new AbortController().signal,
    now: () => new Date(),
    adopt: false,
    probes: chooseProbes(file.value.probes, local),
  };
  const world = () => ({ cloud: cloudOver(way, config), host: hosts.host });

  return {
    apply: (fault) =>
      told(way, fault, () => converge(file, world(), journal, { ...context, confirm: async () => true })),
    settle: () =>
      told(way, undefined, async () => {
        const settled = world();
        const planned = await plan(file, settled, journal, context);
        return carryOut(file, planned, settled, journal, context, { skipHosts: false });
      }),
    undo: (fault, options) =>
      told(way, fault, () => {
        const entries = journal.standing().filter(({ kind }) => options?.hosts || !onHosts.test(kind));
        return takeBack(entries, "lab", world(), journal, context, { force: false, skipHosts: false });
      }),
    async planned() {
      way.arm();
      const { summary } = await plan(file, world(), journal, context);
      return summary.blocked > 0 ? undefined : summary.changes;
    },
    cloud: () => cloudState(lab),
    async [Symbol.asyncDispose]() {
      await way[Symbol.asyncDispose]();
      await hosts.close();
      control.remove();
      journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A new login for each run, as each is a process of its own. */
function cloudOver({ url }: FaultyWay, config: CloudConfig): Cloud {
  const endpoints = { vpc: url, eip: url, nat: url, network: url, ecs: url, compute: url };
  return openCloud({ ...config, authUrl: `${url}/v3`, endpoints }, hasty);
}

async function told(
  way: FaultyWay,
  fault: ArmedFault | undefined,
  work: () => Promise<{
    readonly outcome: string;
    readonly problems?: readonly Problem[];
    readonly stands?: boolean;
    readonly verified?: Verified;
  }>,
): Promise<Ended> {
  way.arm(fault);
  const ended: Awaited<ReturnType<typeof work>> = await work().catch((problem: unknown) => {
    // What the command would tell as an expected failure; anything else is a fault of Wayout and fails the test.
    if (problem instanceof Problem) return { outcome: "refused", problems: [problem], stands: false };
    throw problem;
  });
  const seen = { calls: [...way.calls()], met: [...way.met()] };
  way.arm();
  const stands = ended.stands === true || ended.outcome === "unproven";
  const wrong = ended.verified?.checks.filter(({ ok }) => ok === false) ?? [];
  const unproven = wrong.map(({ check, from, evidence }) => `${from} ${check}: ${evidence}`);
  return { outcome: ended.outcome, problems: ended.problems ?? [], stands, unproven, ...seen };
}

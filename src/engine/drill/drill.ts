/** `wayout drill`: a measured failover on the user's own gateway. The whole flow on one screen. */
import { servedBy } from "../../checks/for-gateway.ts";
import { tryFrom } from "../../checks/seat.ts";
import { seenAddress } from "../../checks/seen-address.ts";
import type { DrillPicture, DrillPlan, DrillReport, FaultName } from "../../report/drill.ts";
import { Problem } from "../../report/problem.ts";
import type { Probes } from "../../spec/spec.ts";
import type { Gateway, ProxyServer } from "../../steps/gateway.ts";
import type { ReadOnlyWorld, World } from "../../steps/world.ts";
import type { Context } from "../context.ts";
import type { Work } from "../observe.ts";
import { mustBeSetUp } from "../set-up-pair.ts";
import { readStanding } from "../standby.ts";
import { nothingChanged, unlessStopped } from "../unless-stopped.ts";
import { readClock } from "./clock.ts";
import { failOver } from "./fail-over.ts";
import { faults } from "./faults.ts";
import { measureDuring, type Seat } from "./load.ts";
import { type Load, planLoad } from "./load-plan.ts";
import { lockPair } from "./lock.ts";
import { reportOf } from "./report-of.ts";
import { findSeat } from "./seat.ts";

export interface DrillWish {
  readonly fault: FaultName;
  readonly client: string | undefined;
  readonly connections: number | undefined;
}

export interface Drilled {
  readonly report: DrillReport;
  /** null where no packet's time is known. */
  readonly picture: DrillPicture | null;
}

/** @returns undefined when whoever was asked declined: then nothing was done. */
export async function drill(
  work: Work,
  world: World,
  wish: DrillWish,
  context: Context & { readonly confirm: (plan: DrillPlan) => Promise<boolean> },
): Promise<Drilled | undefined> {
  const { probes, report, signal } = context;
  const fault = faults[wish.fault];
  report({ kind: "phase", phase: "observe", text: "reading the pair" });
  const { gateway } = work;
  const { active, other } = await unlessStopped(wholePair(work, world), signal, nothingChanged);
  const standby = other.server.name;
  const seeking = findSeat(gateway, world, { standby, client: wish.client });
  const seat = await unlessStopped(seeking, signal, nothingChanged);
  const { load, words, couldNotMeasure } = planLoad({
    tools: seat.tools,
    probes,
    count: wish.connections ?? null,
    lifeSeconds: fault.wholeWithinMs / 1000 + 60,
    served: servedBy(gateway.spec),
  });
  if (words.length === 0) throw nothingToMeasure(seat, couldNotMeasure);
  const plan: DrillPlan = {
    gateway: gateway.name,
    fault: wish.fault,
    active: active.server.name,
    standby,
    client: seat.client,
    does: fault.does(active.server.name),
    notice: fault.notice,
    load: words,
    couldNotMeasure,
  };
  report({ kind: "asking" });
  if (!(await context.confirm(plan))) return undefined;

  const proxies = gateway.proxies.map(({ host }) => host);
  const lock = await lockPair(world, proxies, load.lifeSeconds + 60);
  try {
    return await measured(work, world, { plan, load, seat, active, other }, context);
  } finally {
    await lock.release();
  }
}

interface Prepared {
  readonly plan: DrillPlan;
  readonly load: Load;
  readonly seat: Seat;
  readonly active: ProxyServer;
  readonly other: ProxyServer;
}

/** What was asked for, now that nobody else does the like. */
async function measured(
  work: Work,
  world: World,
  { plan, load, seat, active, other }: Prepared,
  { probes, report, signal, now }: Context,
): Promise<Drilled> {
  // Whoever was asked may have thought about it for long.
  const { gateway } = work;
  const still = await wholePair(work, world);
  if (still.active !== active) throw movedMeanwhile(still.active.server.name);
  const startedAt = now();
  report({ kind: "phase", phase: "drill", text: `${seat.client} begins to measure` });
  const hosts = [active.host, other.host, ...seat.ways.slice(0, 1)].map((address) => world.host(address));
  const [brokenClock, successorClock, clientClock] = await Promise.all(hosts.map(readClock));
  const seenBefore = await seenOutside(world, seat, gateway, probes);
  const { found, worked } = await measureDuring(world, seat, load, () => {
    if (signal.aborted) throw stoppedBefore(seat);
    report({ kind: "phase", phase: "drill", text: `${plan.does}; waiting until the pair is whole again` });
    return failOver(gateway, world, { fault: faults[plan.fault], active, other });
  });
  const seenAfter = await seenOutside(world, seat, gateway, probes);
  return reportOf({
    plan,
    load,
    startedAt,
    found,
    failedOver: worked,
    clocks: { broken: brokenClock, successor: successorClock, client: clientClock },
    publicIp: { before: seenBefore, after: seenAfter },
  });
}

function nothingToMeasure({ client }: Seat, why: readonly string[]): Problem {
  return new Problem({
    code: "drill/nothing-to-measure",
    summary: `nothing could be measured from ${client}, so a fault would say nothing`,
    detail: why.join("\n"),
    hint: "Any of perl, ping and curl on it does, or another --client; `probes` says to which hosts.",
  });
}

function movedMeanwhile(active: string): Problem {
  return new Problem({
    code: "drill/moved-meanwhile",
    summary: `meanwhile ${active} became the active proxy`,
    hint: "Nothing was done. Run it again.",
    retry: true,
  });
}

function stoppedBefore({ client }: Seat): Problem {
  return new Problem({
    code: "drill/stopped",
    summary: "stopped before the fault was made",
    hint: `Nothing was done to the pair, and ${client} measures no more.`,
  });
}

/** @throws Problem pair/not-a-pair, pair/not-set-up, drill/pair-not-whole */
async function wholePair(
  work: Work,
  world: ReadOnlyWorld,
): Promise<{ readonly active: ProxyServer; readonly other: ProxyServer }> {
  const { gateway } = work;
  mustBeSetUp(gateway);
  const state = await readStanding(work, world);
  const active = gateway.proxies.find(({ server }) => server.name === state.active);
  const other = gateway.proxies.find(({ server }) => server.name === state.standby);
  if (active && other && state.notReady === "") return { active, other };
  throw new Problem({
    code: "drill/pair-not-whole",
    summary: `the pair is not whole, so the drill would be an outage: ${state.notReady}`,
    hint: "Mend that first; `wayout status` shows both proxies, and `wayout apply` sets up what is missing.",
  });
}

/** The address that a host outside sees; null where that could not be found out. */
async function seenOutside(
  world: ReadOnlyWorld,
  seat: Seat,
  { spec }: Gateway,
  { http }: Probes,
): Promise<string | null> {
  if (!servedBy(spec)(new URL(http).hostname)) return null;
  const [result] = await tryFrom(world, seat.ways, [seenAddress(http, undefined)]);
  return result?.ok ? (/\d{1,3}(\.\d{1,3}){3}/.exec(result.evidence)?.[0] ?? null) : null;
}

/** `wayout drill`: a measured failover on the user's own gateway. The whole flow on one screen. */
import { servedBy } from "../../checks/for-gateway.ts";
import { readPair } from "../../checks/pair.ts";
import { tryFrom } from "../../checks/seat.ts";
import { seenAddress } from "../../checks/seen-address.ts";
import type { DrillPicture, DrillPlan, DrillReport, FaultName } from "../../report/drill.ts";
import { Problem } from "../../report/problem.ts";
import type { Probes } from "../../spec/spec.ts";
import type { Gateway, ProxyServer } from "../../steps/gateway.ts";
import type { ReadOnlyWorld, World } from "../../steps/world.ts";
import type { Context } from "../context.ts";
import { readClock } from "./clock.ts";
import { failOver } from "./fail-over.ts";
import { faults } from "./faults.ts";
import { measureDuring, type Seat } from "./load.ts";
import { planLoad } from "./load-plan.ts";
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
  gateway: Gateway,
  world: World,
  wish: DrillWish,
  context: Context & { readonly confirm: (plan: DrillPlan) => Promise<boolean> },
): Promise<Drilled | undefined> {
  const { probes, report, signal } = context;
  const fault = faults[wish.fault];
  report({ kind: "phase", phase: "observe", text: "reading the pair" });
  const { active, other } = await wholePair(gateway, world);
  const standby = other.server.name;
  const seat = await findSeat(gateway, world, { standby, client: wish.client });
  const { load, words, couldNotMeasure } = planLoad({
    tools: seat.tools,
    probes,
    count: wish.connections ?? null,
    lifeSeconds: fault.wholeWithinMs / 1000 + 60,
    served: servedBy(gateway.spec),
  });
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
  if (!(await context.confirm(plan))) return undefined;

  const startedAt = context.now();
  const text = `${seat.client} measures, and ${plan.does}`;
  report({ kind: "phase", phase: "drill", text });
  const hosts = [active.host, other.host, ...seat.ways.slice(0, 1)].map((address) => world.host(address));
  const [brokenClock, successorClock, clientClock] = await Promise.all(hosts.map(readClock));
  const seenBefore = await seenOutside(world, seat, gateway, probes);
  const { found, worked } = await measureDuring(world, seat, load, () =>
    failOver(gateway, world, { fault, active, other }, signal),
  );
  const seenAfter = await seenOutside(world, seat, gateway, probes);
  return reportOf({
    plan,
    load,
    startedAt,
    found,
    failedOver: worked,
    clocks: { broken: brokenClock, successor: successorClock, client: clientClock },
    publicIp: { before: seenBefore, after: seenAfter },
    stopped: signal.aborted,
  });
}

/** @throws Problem pair/not-a-pair, drill/pair-not-whole */
async function wholePair(
  gateway: Gateway,
  world: ReadOnlyWorld,
): Promise<{ readonly active: ProxyServer; readonly other: ProxyServer }> {
  if (!gateway.pair) {
    throw new Problem({
      code: "pair/not-a-pair",
      summary: `gateway ${gateway.name} has one proxy: nobody would take over`,
      hint: "Name two proxies in wayout.yaml and apply.",
    });
  }
  const state = await readPair(gateway, world);
  const active = gateway.proxies.find(({ server }) => server.name === state.active);
  const other = gateway.proxies.find(({ server }) => server.name === state.standby);
  if (active && other && state.notReady === "") return { active, other };
  throw new Problem({
    code: "drill/pair-not-whole",
    summary: `the pair is not whole, so the drill would be an outage: ${state.notReady}`,
    hint: "Mend that first; `wayout status` shows both proxies.",
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

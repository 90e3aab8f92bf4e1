/** Everything that a drill found, as its report. Pure. */
import type { DrillMoment, DrillPicture, DrillPlan, DrillReport, PacketCount } from "../../report/drill.ts";
import type { Clock } from "./clock.ts";
import type { FailedOver } from "./fail-over.ts";
import type { LoadFound, LostConnection } from "./load-found.ts";
import type { Load } from "./load-plan.ts";
import { type Figures, figuresOf, type Gap, gapsOf, gapsOfBoth, lengthOf, type Packet } from "./measure.ts";

export interface DrillFacts {
  readonly plan: DrillPlan;
  readonly load: Load;
  readonly startedAt: Date;
  readonly found: LoadFound;
  readonly failedOver: FailedOver;
  readonly clocks: Readonly<Record<"broken" | "successor" | "client", Clock | undefined>>;
  readonly publicIp: { readonly before: string | null; readonly after: string | null };
}

export function reportOf(facts: DrillFacts): {
  readonly report: DrillReport;
  readonly picture: DrillPicture | null;
} {
  const { plan, load, found, failedOver, clocks, publicIp } = facts;
  const { momentMs, successor, state, wholeAtMs } = failedOver;
  const faultMs = here(momentMs, clocks.broken);
  const elected = here(successor?.sinceMs ?? null, clocks.successor);
  const early = earlyBy(faultMs, elected, clockError(clocks));
  const electedMs = early === null ? elected : null;
  const tookMs = successor?.tookMs ?? null;
  const gaps = gapsOfBoth(gapsOf(found.udp ?? []), gapsOf(found.icmp ?? [])).map((gap) =>
    shifted(gap, clocks.client?.toHereMs ?? 0),
  );
  const figures: Figures | undefined =
    faultMs === null ? undefined : figuresOf(gaps, { faultMs, electedMs, tookMs });

  const { connections } = found;
  const downloads = downloadsOf(facts, faultMs);
  const opened = connections?.opened ?? null;
  const kept = connections?.kept ?? null;
  const whole = wholeAtMs !== null;
  const report: DrillReport = {
    gateway: plan.gateway,
    fault: plan.fault,
    client: plan.client,
    startedAt: facts.startedAt.toISOString(),
    ok: whole && successor !== null && kept === opened && downloads.finished === downloads.started,
    active: { before: plan.active, after: state.active },
    takenOver: successor !== null,
    connections: {
      opened,
      kept,
      ...lostOf(connections?.lost ?? null, faultMs, clocks.client),
    },
    downloads,
    worstGapMs: rounded(figures?.worstGapMs),
    gapBeforeMs: rounded(figures?.gapBeforeMs),
    detectMs: rounded(figures?.detectMs),
    promoteMs: rounded(tookMs),
    firstPacketMs: rounded(figures?.firstPacketMs),
    wholeMs: faultMs === null || wholeAtMs === null ? null : rounded(wholeAtMs - faultMs),
    clockErrorMs: clockError(clocks),
    udp: countOf(found.udp, load.udp?.intervalMs, faultMs, clocks.client),
    icmp: found.icmp
      ? countOf(found.icmp, load.icmp?.intervalMs, faultMs, clocks.client)
      : found.icmpCount && {
          ...found.icmpCount,
          intervalMs: load.icmp?.intervalMs ?? 0,
          worstGapMs: null,
          worstGapLost: null,
        },
    publicIp,
    whole,
    notWhole: state.notReady,
    couldNotMeasure: [
      ...plan.couldNotMeasure,
      ...found.troubles,
      ...missing(facts, downloads, faultMs, early),
    ],
  };
  if (gaps.length === 0 || faultMs === null) return { report, picture: null };
  return {
    report,
    picture: {
      packets: found.udp && found.icmp ? "UDP and ICMP" : found.udp ? "UDP" : "ICMP",
      gaps: gaps.map((gap) => ({ atMs: gap.toMs - faultMs, gapMs: lengthOf(gap), lost: gap.lost })),
      moments: momentsOf(report),
    },
  };
}

/** A download that had ended before the fault, whichever way, says nothing of it. */
function downloadsOf(
  { load, found: { download }, clocks }: DrillFacts,
  faultMs: number | null,
): DrillReport["downloads"] {
  const ended = here(download?.endedMs ?? null, clocks.client);
  if (!load.download || (ended !== null && faultMs !== null && ended < faultMs)) {
    return { started: null, finished: null, failed: "" };
  }
  const finished = download?.finished ?? false;
  return { started: 1, finished: Number(finished), failed: finished ? "" : (download?.said ?? "") };
}

/** A successor that was elected before the fault was not elected because of it. What the clocks may be wrong does not count. */
function earlyBy(faultMs: number | null, electedMs: number | null, errorMs: number | null): number | null {
  if (faultMs === null || electedMs === null) return null;
  const byMs = faultMs - electedMs;
  return byMs > (errorMs ?? 0) + 10 ? byMs : null;
}

/** More of them say nothing more. */
const lostShown = 20;

function lostOf(
  lost: readonly LostConnection[] | null,
  faultMs: number | null,
  clock: Clock | undefined,
): Omit<DrillReport["connections"], "opened" | "kept"> {
  const count = (how: LostConnection["how"]): number | null =>
    lost?.filter((one) => one.how === how).length ?? null;
  const times =
    faultMs === null
      ? []
      : (lost ?? []).map(({ atMs }) => Math.round(atMs + (clock?.toHereMs ?? 0) - faultMs));
  return {
    reset: count("reset"),
    closed: count("closed"),
    hanging: count("hanging"),
    lostAtMs: times.toSorted((a, b) => a - b).slice(0, lostShown),
  };
}

function momentsOf({ detectMs, promoteMs, firstPacketMs, wholeMs }: DrillReport): DrillMoment[] {
  const promotedMs = detectMs === null || promoteMs === null ? null : detectMs + promoteMs;
  return [
    { atMs: 0, what: "fault" },
    ...(detectMs === null ? [] : [{ atMs: detectMs, what: "the other proxy is elected" }]),
    ...(promotedMs === null ? [] : [{ atMs: promotedMs, what: "it is promoted" }]),
    ...(firstPacketMs === null ? [] : [{ atMs: firstPacketMs, what: "first packet" }]),
    ...(wholeMs === null ? [] : [{ atMs: wholeMs, what: "the pair is whole" }]),
  ];
}

function missing(
  { load, found, failedOver, clocks, publicIp }: DrillFacts,
  downloads: DrillReport["downloads"],
  faultMs: number | null,
  early: number | null,
): string[] {
  const { connections } = found;
  const few = connections && connections.opened < connections.asked;
  const unread = [
    ...(clocks.broken ? [] : ["the active proxy"]),
    ...(clocks.successor ? [] : ["the standby"]),
    ...(clocks.client ? [] : ["the client"]),
  ];
  return [
    ...(few
      ? [
          `${connections.asked - connections.opened} of ${connections.asked} connections: they could not be opened${connections.failed === "" ? "" : ` (${connections.failed})`}`,
        ]
      : []),
    ...(faultMs === null ? ["times: the moment of the fault could not be read from the active proxy"] : []),
    ...(failedOver.successor === null
      ? [`detection and promotion: the other proxy was not seen active (${failedOver.unseen})`]
      : []),
    ...(load.download && downloads.started === null
      ? [
          `the download: it had ended before the fault${found.download?.finished === false ? ` (${found.download.said})` : ", so it is too short"}`,
        ]
      : []),
    ...(early === null
      ? []
      : [
          `detection: the role moved by itself ${Math.round(early)} ms before the fault; run the drill again`,
        ]),
    ...(unread.length === 0 ? [] : [`the clock of ${unread.join(" and ")}: it is taken as right`]),
    ...(publicIp.before === null || publicIp.after === null
      ? ["the address seen outside, before or after"]
      : []),
  ];
}

function here(ms: number | null, clock: Clock | undefined): number | null {
  return ms === null ? null : ms + (clock?.toHereMs ?? 0);
}

function shifted(gap: Gap, byMs: number): Gap {
  return { fromMs: gap.fromMs + byMs, toMs: gap.toMs + byMs, lost: gap.lost };
}

/** Two clocks take part in each figure. */
function clockError(clocks: DrillFacts["clocks"]): number | null {
  const errors = Object.values(clocks).map((clock) => clock?.errorMs ?? null);
  if (errors.includes(null)) return null;
  const [largest = 0, second = 0] = errors.flatMap((error) => error ?? []).toSorted((a, b) => b - a);
  return rounded(largest + second);
}

function countOf(
  packets: readonly Packet[] | null,
  intervalMs: number | undefined,
  faultMs: number | null,
  clock: Clock | undefined,
): PacketCount | null {
  if (!packets || intervalMs === undefined) return null;
  const gaps = gapsOf(packets).map((gap) => shifted(gap, clock?.toHereMs ?? 0));
  const none = { electedMs: null, tookMs: null };
  const figures = faultMs === null ? undefined : figuresOf(gaps, { faultMs, ...none });
  return {
    sent: packets.length,
    lost: packets.filter(({ receivedMs }) => receivedMs === null).length,
    intervalMs,
    worstGapMs: rounded(figures?.worstGapMs),
    worstGapLost: figures?.worstGapLost ?? null,
  };
}

/** To a tenth. */
function rounded(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms * 10) / 10;
}

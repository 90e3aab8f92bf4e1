/** A drill in words for a terminal. */
import type { DrillPlan, DrillReport, PacketCount } from "./drill.ts";
import { count, seconds } from "./human.ts";
import { linesOf } from "./visible.ts";

export function drillPlanText(plan: DrillPlan): string {
  return linesOf([
    `drill of gateway ${plan.gateway}: ${plan.fault}`,
    `  fault    ${plan.does}`,
    `  then     ${plan.standby} is to take over from ${plan.active}`,
    `  notice   ${plan.notice}`,
    ...(plan.load.length === 0
      ? [`  measure  nothing from ${plan.client}`]
      : plan.load.map(
          (text, index) => `  ${index === 0 ? `measure  from ${plan.client}: ` : "         "}${text}`,
        )),
    ...plan.couldNotMeasure.map((text) => `  cannot be measured: ${text}`),
  ]);
}

export function drillText(report: DrillReport): string {
  const figures = drillFigures(report);
  const width = Math.max(...figures.map(([name]) => name.length));
  return linesOf([
    drillVerdict(report),
    ...figures.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
    ...report.couldNotMeasure.map((text) => `  not measured: ${text}`),
  ]);
}

export function drillVerdict(report: DrillReport): string {
  const { fault, ok, connections } = report;
  if (!ok) return `drill ${fault}: FAILED: ${failuresOf(report).join("; ")}`;
  if (connections.opened === null) return `drill ${fault}: ok as far as it was measured`;
  return `drill ${fault}: ok, nothing that was open is lost`;
}

/** The reasons of `ok`, each where it does not hold. */
function failuresOf({ whole, takenOver, connections, downloads }: DrillReport): string[] {
  const lost = (connections.opened ?? 0) - (connections.kept ?? 0);
  return [
    ...(takenOver ? [] : ["the other proxy was not seen active"]),
    ...(lost > 0 ? [`${count(lost, "connection")} lost`] : []),
    ...(downloads.finished === downloads.started ? [] : ["the download did not finish"]),
    ...(whole ? [] : ["the pair is not whole"]),
  ];
}

/** What each is, and what it came to. */
export function drillFigures(report: DrillReport): (readonly [string, string])[] {
  const { connections, downloads, active, publicIp } = report;
  const lines: [string, string][] = [
    ["active", activeText(active)],
    ["connections", connectionsText(connections)],
    ["downloads", downloadsText(downloads)],
    ["worst gap", worstText(report)],
    ["detected", `${ms(report.detectMs)} after the fault`],
    ["promoted", `in ${ms(report.promoteMs)}`],
    ["first packet", `${ms(report.firstPacketMs)} after the fault`],
    [
      "clocks",
      `read to within ${ms(report.clockErrorMs)}: so far may detected and first packet be wrong, where NTP does not keep them`,
    ],
    ["UDP", packetsText(report.udp)],
    ["ICMP", packetsText(report.icmp)],
    ["seen outside", seenText(publicIp)],
    [
      "pair",
      report.whole
        ? `whole again ${report.wholeMs === null ? "some time" : seconds(report.wholeMs)} after the fault`
        : `NOT WHOLE: ${report.notWhole}`,
    ],
  ];
  return lines.filter(([, text]) => !text.includes(unknown));
}

/** Lines with it are left out: `couldNotMeasure` says why. No name has a NUL, so that no name hides a line. */
const unknown = "\0unknown";

function activeText({ before, after }: DrillReport["active"]): string {
  if (after === null) return `${before} before, nobody afterwards`;
  return after === before ? `${before}, before and afterwards` : `${after}, in place of ${before}`;
}

function connectionsText({ opened, kept, reset, closed, hanging }: DrillReport["connections"]): string {
  if (opened === null || kept === null) return unknown;
  const lost = [
    ...(reset ? [`${reset} reset`] : []),
    ...(closed ? [`${closed} closed`] : []),
    ...(hanging ? [`${hanging} LEFT HANGING`] : []),
  ];
  return `${kept} of ${opened} kept${lost.length === 0 ? "" : `; ${lost.join(", ")}`}`;
}

function downloadsText({ started, finished, failed }: DrillReport["downloads"]): string {
  if (started === null) return unknown;
  return `${finished} of ${started} finished${failed === "" ? "" : `: ${failed}`}`;
}

function worstText({ worstGapMs, gapBeforeMs }: DrillReport): string {
  return `${ms(worstGapMs)}${gapBeforeMs === null ? "" : ` (before the fault: ${ms(gapBeforeMs)})`}`;
}

function packetsText(packets: PacketCount | null): string {
  if (!packets) return unknown;
  // Where none was lost in it the way was open, and an answer came late: that is not in the worst gap of both streams.
  const what = packets.worstGapLost ? "worst gap" : "slowest answer";
  const gap = packets.worstGapMs === null ? "" : `, ${what} ${ms(packets.worstGapMs)}`;
  return `${packets.lost} of ${count(packets.sent, "packet")} lost, one every ${packets.intervalMs} ms${gap}`;
}

function seenText({ before, after }: DrillReport["publicIp"]): string {
  if (before === null || after === null) return unknown;
  return before === after
    ? `as ${before}, before and afterwards`
    : `as ${before} before and ${after} AFTERWARDS`;
}

export function ms(value: number | null): string {
  if (value === null) return unknown;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

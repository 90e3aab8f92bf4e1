/** A drill as one HTML file: the figures and the plot, with nothing fetched from elsewhere. */
import type { DrillMoment, DrillPicture, DrillReport, GapPoint } from "./drill.ts";
import { drillFigures, drillVerdict, ms } from "./drill-text.ts";
import { seconds } from "./human.ts";
import { oneLine, visible } from "./visible.ts";

export function drillHtml(report: DrillReport, picture: DrillPicture | null): string {
  const title = `Drill of gateway ${report.gateway}: ${report.fault}`;
  const rows = [
    ...drillFigures(report),
    ...report.couldNotMeasure.map((text) => ["not measured", text] as const),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-spacing: 0; }
th { text-align: left; vertical-align: baseline; font-weight: normal; white-space: nowrap; padding-right: 1.5rem; opacity: 0.75; }
figure { margin: 1.5rem 0; overflow-x: auto; }
figcaption { margin-top: 0.5rem; }
/* On a narrow screen it is moved sideways rather than shrunk until nobody can read it. */
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
/* The halo keeps words readable where a line goes through them. */
svg text { font: 13px system-ui, sans-serif; fill: currentColor; stroke: Canvas; stroke-width: 5px; paint-order: stroke; }
.axis, .mark { stroke: currentColor; fill: none; }
.grid { stroke: currentColor; opacity: 0.2; }
.through { fill: currentColor; opacity: 0.55; }
.lost { fill: url(#hatch); stroke: currentColor; }
#hatch path { stroke: currentColor; }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p><strong>${escaped(drillVerdict(report))}</strong><br>${escaped(dateText(report.startedAt))}, measured by ${escaped(report.client)}</p>
<table>
${rows.map(([name, text]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(text)}</td></tr>`).join("\n")}
</table>
${picture ? figures(report, picture) : "<p>There is no plot: no packet's time is known.</p>"}
</body>
</html>
`;
}

/** Once around the fault, once as a whole. */
function figures(report: DrillReport, picture: DrillPicture): string {
  const last = picture.gaps.at(-1)?.atMs ?? 0;
  const first = picture.gaps[0]?.atMs ?? 0;
  const around = Math.max(
    300,
    ...picture.moments.filter(({ what }) => what !== "the pair is whole").map(({ atMs }) => atMs),
  );
  const near = { fromMs: Math.max(first, -around / 2), toMs: Math.min(last, around * 1.6) };
  return [
    figure(report, picture, near, "around"),
    figure(report, picture, { fromMs: first, toMs: last }, "whole"),
  ].join("\n");
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const frame = { width: 960, height: 420, left: 70, right: 20, top: 130, bottom: 50 };

function figure(
  report: DrillReport,
  { packets, gaps, moments }: DrillPicture,
  span: Span,
  id: string,
): string {
  const shown = gaps.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs);
  // In the order of time a label on the right of its line meets no earlier line.
  const marks = moments
    .filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs)
    .toSorted((a, b) => a.atMs - b.atMs);
  const top = topAbove(Math.max(10, ...shown.map(({ gapMs }) => gapMs)));
  const x = (atMs: number): number =>
    frame.left +
    ((atMs - span.fromMs) / Math.max(1, span.toMs - span.fromMs)) * (frame.width - frame.left - frame.right);
  const y = (gapMs: number): number =>
    frame.height - frame.bottom - (gapMs / top) * (frame.height - frame.top - frame.bottom);
  const what = id === "around" ? "around the fault" : "from beginning to end";
  const worst = shown.reduce((most, { gapMs }) => Math.max(most, gapMs), 0);
  return `<figure>
<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Packet gap over time, ${what}</title>
<desc id="${id}-desc">Of ${packets} packets from ${escaped(report.client)}: how long the way was closed before each answer, at most ${ms(worst)}. ${escaped(marks.map(({ atMs, what }) => `${what} at ${sinceText(atMs)}`).join("; "))}.</desc>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0"/></pattern></defs>
${ticks(0, top)
  .map(
    (value) =>
      `<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at(y(value))}" y2="${at(y(value))}"/><text x="${frame.left - 8}" y="${at(y(value) + 4)}" text-anchor="end">${value} ms</text>`,
  )
  .join("\n")}
${ticks(span.fromMs, span.toMs)
  .map(
    (value) =>
      `<line class="axis" x1="${at(x(value))}" x2="${at(x(value))}" y1="${frame.height - frame.bottom}" y2="${frame.height - frame.bottom + 5}"/><text x="${at(x(value))}" y="${frame.height - frame.bottom + 20}" text-anchor="middle">${timeText(value, span)}</text>`,
  )
  .join("\n")}
<line class="axis" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${frame.height - frame.bottom}" y2="${frame.height - frame.bottom}"/>
<text x="${(frame.left + frame.width) / 2}" y="${frame.height - 8}" text-anchor="middle">time since the fault</text>
${shown.map((point) => bar(point, x, y)).join("\n")}
${marks.map((moment, index) => markLine(moment, index, x)).join("\n")}
${marks.map((moment, index) => markWords(moment, index, x)).join("\n")}
</svg>
<figcaption>How long the way of the packets was closed before each answer, ${what}. Hatched: packets were lost. Plain: none was, and it is the time that the answer took.</figcaption>
</figure>`;
}

/** As wide as the gap was long: it stands where nothing came through. */
function bar({ atMs, gapMs, lost }: GapPoint, x: (ms: number) => number, y: (ms: number) => number): string {
  const left = Math.max(frame.left, x(atMs - gapMs));
  const width = Math.max(1, x(atMs) - left);
  return `<rect class="${lost > 0 ? "lost" : "through"}" x="${at(left)}" y="${at(y(gapMs))}" width="${at(width)}" height="${at(y(0) - y(gapMs))}"/>`;
}

const dashes = ["", "8 4", "2 3", "10 3 2 3", "1 5"];

/** Each has a row of its own above the plot, a dash of its own and its words: nothing is told by colour. */
function markLine({ atMs }: DrillMoment, index: number, x: (ms: number) => number): string {
  const place = at(x(atMs));
  return `<line class="mark" stroke-dasharray="${dashes[index % dashes.length]}" x1="${place}" x2="${place}" y1="${rowOf(index) - 12}" y2="${frame.height - frame.bottom}"/>`;
}

/** On the right of the line, as long as there is room for them. */
function markWords({ atMs, what }: DrillMoment, index: number, x: (ms: number) => number): string {
  const text = atMs === 0 ? what : `${what}, ${sinceText(atMs)}`;
  const fits = x(atMs) + text.length * widestLetter < frame.width;
  return `<text x="${at(x(atMs) + (fits ? 6 : -6))}" y="${rowOf(index)}" text-anchor="${fits ? "start" : "end"}">${escaped(text)}</text>`;
}

/** On average, in the font of the plot. */
const widestLetter = 7.5;

function rowOf(index: number): number {
  return 24 + index * 22;
}

/** About eight round values. */
function ticks(from: number, to: number): number[] {
  const step = niceAbove((to - from) / 8);
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** The next 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.1)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/** A little above the highest value, at a line of the grid. */
function topAbove(value: number): number {
  const step = niceAbove(value / 5);
  return Math.ceil(value / step) * step;
}

function timeText(value: number, { fromMs, toMs }: Span): string {
  return toMs - fromMs > 4000 ? `${value / 1000} s` : `${value} ms`;
}

function sinceText(value: number): string {
  return value < 1000 ? ms(value) : seconds(value);
}

/** "2026-11-25 02:14:13 UTC" */
function dateText(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}

function at(place: number): string {
  return String(Math.round(place * 10) / 10);
}

/** As text of the page and of its attributes. What is invisible hides in a page as it does on a terminal. */
function escaped(text: string): string {
  return visible(oneLine(text))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

import { describe, expect, test } from "vitest";
import type { DrillPicture, DrillReport } from "./drill.ts";
import { drillHtml } from "./drill-html.ts";
import { drillPlanText, drillText } from "./drill-text.ts";

const report: DrillReport = {
  gateway: "egress",
  fault: "cable",
  client: "ecs-app-1",
  startedAt: "2026-11-25T01:40:02.795Z",
  ok: true,
  active: { before: "ecs-proxy-1", after: "ecs-proxy-2" },
  connections: { opened: 1000, kept: 1000, reset: 0, closed: 0, hanging: 0, lostAtMs: [] },
  takenOver: true,
  downloads: { started: 1, finished: 1, failed: "" },
  worstGapMs: 183.4,
  gapBeforeMs: 0.2,
  detectMs: 153,
  promoteMs: 40,
  firstPacketMs: 191,
  wholeMs: 7300,
  clockErrorMs: 53,
  udp: { sent: 1960, lost: 35, intervalMs: 5, worstGapMs: 183.4, worstGapLost: 35 },
  icmp: null,
  publicIp: { before: "203.0.113.20", after: "203.0.113.20" },
  whole: true,
  notWhole: "",
  couldNotMeasure: ["ICMP packets: the client has no ping"],
};
const picture: DrillPicture = {
  packets: "UDP",
  gaps: [
    { atMs: -5, gapMs: 0.2, lost: 0 },
    { atMs: 191, gapMs: 183.4, lost: 35 },
    { atMs: 196, gapMs: 0.2, lost: 0 },
    { atMs: 900, gapMs: 0.2, lost: 0 },
  ],
  moments: [
    { atMs: 0, what: "fault" },
    { atMs: 153, what: "the other proxy is elected" },
    { atMs: 193, what: "it is promoted" },
    { atMs: 191, what: "first packet" },
  ],
};

describe("a drill in words", () => {
  test("says what was kept, how long it took, and what was not measured", () => {
    const lines = drillText(report).split("\n");
    expect(lines[0]).toBe("drill cable: ok, nothing that was open is lost");
    expect(lines).toContain("  connections   1000 of 1000 kept");
    expect(lines).toContain("  worst gap     183 ms (before the fault: 0.2 ms)");
    expect(lines).toContain("  not measured: ICMP packets: the client has no ping");
  });

  test("leaves out what is not known", () => {
    expect(drillText({ ...report, detectMs: null, icmp: null })).not.toMatch(
      /detected {2}|ICMP {2}|null|unknown/,
    );
  });

  test("tells how connections were lost, and that the pair is not whole", () => {
    const lost = { ...report.connections, kept: 990, reset: 3, hanging: 7 };
    const text = drillText({
      ...report,
      ok: false,
      connections: lost,
      whole: false,
      notWhole: "both are active",
    });
    expect(text).toContain("drill cable: FAILED: 10 connections lost; the pair is not whole");
    expect(text).toContain("990 of 1000 kept; 3 reset, 7 LEFT HANGING");
    expect(text).toContain("NOT WHOLE: both are active");
  });

  test("promises nothing for connections that nobody held", () => {
    const none = { opened: null, kept: null, reset: null, closed: null, hanging: null, lostAtMs: [] };
    expect(drillText({ ...report, connections: none })).toContain(
      "drill cable: ok as far as it was measured",
    );
  });

  test("says why a download did not finish, and that the other proxy was not seen active", () => {
    const failed = { started: 1, finished: 0, failed: "curl: (18) transfer closed" };
    const text = drillText({ ...report, ok: false, takenOver: false, downloads: failed });
    expect(text).toContain("FAILED: the other proxy was not seen active; the download did not finish");
    expect(text).toContain("  downloads     0 of 1 finished: curl: (18) transfer closed");
  });

  test("calls a late answer late, and a gap only what lost packets", () => {
    const udp = { sent: 840, lost: 2, intervalMs: 5, worstGapMs: 35.9, worstGapLost: 0 };
    expect(drillText({ ...report, udp })).toContain(
      "2 of 840 packets lost, one every 5 ms, slowest answer 36 ms",
    );
    expect(drillText({ ...report, udp: { ...udp, worstGapLost: 2 } })).toContain(", worst gap 36 ms");
  });

  test("says ahead what will be done, to whom, and what could be noticed", () => {
    const text = drillPlanText({
      gateway: "egress",
      fault: "kill",
      active: "ecs-proxy-1",
      standby: "ecs-proxy-2",
      client: "ecs-app-1",
      does: "keepalived on ecs-proxy-1 is killed",
      notice: "a gap",
      load: ["8 TCP connections", "a download"],
      couldNotMeasure: ["UDP packets: no echo"],
    });
    expect(text).toContain("ecs-proxy-2 is to take over from ecs-proxy-1");
    expect(text).toContain("notice   a gap");
    expect(text).toContain("cannot be measured: UDP packets: no echo");
  });
});

describe("a drill as an HTML file", () => {
  const html = drillHtml(report, picture);

  test("fetches nothing from elsewhere", () => {
    expect(html).not.toMatch(/https?:|src=|@import|<script|<link/);
  });

  test("has plots with a title and a description", () => {
    expect([...html.matchAll(/<svg [^>]*role="img" aria-labelledby="(\w+)-title \1-desc"/g)]).toHaveLength(2);
    expect(html).toMatch(/<desc id="around-desc">Of UDP packets from ecs-app-1: .* at most 183 ms/);
  });

  test("marks each moment with words and a dash of its own", () => {
    const around = html.slice(0, html.indexOf("</svg>"));
    const dashes = [...around.matchAll(/class="mark" stroke-dasharray="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(dashes).size).toBe(4);
    for (const { what } of picture.moments) expect(around).toContain(`>${what}`);
  });

  test("gives the highest gap most of the plot's height", () => {
    const heights = [...html.matchAll(/<rect class="lost"[^>]* height="([\d.]+)"/g)].map(([, text]) =>
      Number(text),
    );
    expect(heights).toHaveLength(2);
    for (const height of heights) expect(height).toBeGreaterThan(170);
  });

  test("keeps the words of a late moment inside the picture, and before its line", () => {
    const moments = [{ atMs: 899, what: "the pair is whole" }];
    expect(drillHtml(report, { ...picture, moments })).toMatch(/text-anchor="end">the pair is whole, 899 ms/);
  });

  test("tells a gap with a loss by its hatching, not by a colour", () => {
    expect(html.match(/<rect class="lost"/g)).toHaveLength(2);
    expect(html).toContain("fill: url(#hatch)");
  });

  test("keeps names of others from becoming markup", () => {
    expect(drillHtml({ ...report, client: "<b>x</b>" }, picture)).not.toContain("<b>");
  });

  test("is there without a plot too", () => {
    expect(drillHtml(report, null)).toContain("There is no plot");
  });
});

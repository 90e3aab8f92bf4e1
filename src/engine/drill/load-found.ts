/** Reads what the load on a client wrote. Pure. */
import type { Load } from "./load-plan.ts";
import type { Packet } from "./measure.ts";

export interface LoadFound {
  readonly connections: ConnectionsFound | null;
  /** By the client's clock. */
  readonly udp: readonly Packet[] | null;
  readonly icmp: readonly Packet[] | null;
  /** Counts where ping tells no times. */
  readonly icmpCount: { readonly sent: number; readonly lost: number } | null;
  readonly download: { readonly finished: boolean; readonly said: string } | null;
  /** Why a part that was wanted is not there. */
  readonly troubles: readonly string[];
}

export interface ConnectionsFound {
  readonly asked: number;
  /** Opened and proven before. */
  readonly opened: number;
  readonly kept: number;
  readonly lost: readonly LostConnection[];
  /** Why not all that were asked for were opened. */
  readonly failed: string;
}

export interface LostConnection {
  /** reset and closed are told to the client; hanging is not. */
  readonly how: "reset" | "closed" | "hanging";
  /** When the client noticed, by its clock. */
  readonly atMs: number;
}

export const sectionMark = "=== wayout";

interface Section {
  readonly exit: string;
  readonly lines: readonly string[];
  readonly errors: string;
}

export function readLoad(output: string, load: Load): LoadFound {
  const sections = new Map(
    output
      .split(`${sectionMark} `)
      .slice(1)
      .map((text): [string, Section] => {
        const [head = "", ...all] = text.split("\n");
        const [name = "", exit = ""] = head.split(" ");
        const errors = all.flatMap((line) => /^error: (.*)/.exec(line)?.[1] ?? []).join("; ");
        return [name, { exit, lines: all.filter((line) => !line.startsWith("error: ")), errors }];
      }),
  );
  const ready = /^ready: failed=(.*)$/m.exec(output)?.[1] ?? "";
  const [connections, packets, ping, download] = ["connections", "packets", "ping", "download"].map((name) =>
    sections.get(name),
  );
  const found = {
    connections:
      load.connections && connections ? readConnections(connections, load.connections.count, ready) : null,
    udp: load.udp && packets ? readPackets(packets.lines) : null,
    icmp: load.icmp?.times && ping ? readPing(ping.lines, load.icmp.intervalMs) : null,
    icmpCount: load.icmp && ping ? countPing(ping.lines) : null,
    download: load.download && download ? readDownload(download) : null,
  };
  const trouble = (name: string, wanted: boolean, there: unknown, section: Section | undefined): string[] =>
    wanted && there === null
      ? [`${name}: ${section?.errors || `it ended with ${section?.exit ?? "nothing"}`}`]
      : [];
  return {
    ...found,
    troubles: [
      ...trouble("connections", load.connections !== undefined, found.connections, connections),
      ...trouble("UDP packets", load.udp !== undefined, found.udp, packets),
      ...trouble("ICMP packets", load.icmp !== undefined, found.icmp ?? found.icmpCount, ping),
    ],
  };
}

function readConnections({ lines }: Section, asked: number, failed: string): ConnectionsFound | null {
  const text = lines.join("\n");
  const number = (name: string): number | undefined => {
    const value = new RegExp(`^${name}=(\\d+)$`, "m").exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const opened = number("opened");
  const kept = number("kept");
  if (opened === undefined || kept === undefined) return null;
  const lost = [...text.matchAll(/^lost=\d+ (reset|closed|hanging) (\d+)$/gm)].map(
    ([, how, at]): LostConnection => ({
      how: how === "reset" || how === "closed" ? how : "hanging",
      atMs: Number(at),
    }),
  );
  return { asked, opened, kept, lost, failed };
}

/** "base=MS", then "sent received" relative to it. */
function readPackets(lines: readonly string[]): Packet[] | null {
  const base = Number(/^base=([\d.]+)$/.exec(lines[0] ?? "")?.[1] ?? Number.NaN);
  if (Number.isNaN(base)) return null;
  return lines.slice(1).flatMap((line): Packet[] => {
    const [sent, received] = line.split(" ");
    if (!sent || received === undefined) return [];
    return [{ sentMs: base + Number(sent), receivedMs: received === "-" ? null : base + Number(received) }];
  });
}

/** Answers by their number; those that are missing were lost, and were sent in their turn. */
function readPing(lines: readonly string[], intervalMs: number): Packet[] | null {
  const answers = new Map<number, { sentMs: number; receivedMs: number }>();
  let began: number | undefined;
  for (const line of lines) {
    const [, stamp, number, time] = /^\[([\d.]+)\] .*icmp_seq=(\d+) .*time=([\d.]+) ms/.exec(line) ?? [];
    if (stamp === undefined || number === undefined || time === undefined) continue;
    const receivedMs = Number(stamp) * 1000;
    const sentMs = receivedMs - Number(time);
    began ??= sentMs - (Number(number) - 1) * intervalMs;
    if (!answers.has(Number(number))) answers.set(Number(number), { sentMs, receivedMs });
  }
  if (began === undefined) return null;
  const sent = countPing(lines)?.sent ?? Math.max(...answers.keys());
  let before = began - intervalMs;
  return Array.from({ length: sent }, (_, index): Packet => {
    const answer = answers.get(index + 1);
    before = answer?.sentMs ?? before + intervalMs;
    return answer ?? { sentMs: before, receivedMs: null };
  });
}

function countPing(lines: readonly string[]): { sent: number; lost: number } | null {
  const [, sent, received] =
    /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(lines.join("\n")) ?? [];
  if (sent === undefined || received === undefined) return null;
  return { sent: Number(sent), lost: Math.max(0, Number(sent) - Number(received)) };
}

function readDownload({ exit, lines, errors }: Section): { finished: boolean; said: string } {
  return { finished: exit === "0", said: [...lines, errors].join(" ").trim() };
}

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
  readonly download: {
    readonly finished: boolean;
    /** When it ended, by the client's clock; null where that is not known. */
    readonly endedMs: number | null;
    readonly said: string;
  } | null;
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
  /** By the client's clock; null where it did not end, or the client's `date` tells no milliseconds. */
  readonly endedMs: number | null;
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
        const [name = "", exit = "", ended = ""] = head.split(" ");
        const errors = all.flatMap((line) => /^error: (.*)/.exec(line)?.[1] ?? []).join("; ");
        const endedMs = /^\d{13}$/.test(ended) ? Number(ended) : null;
        return [name, { exit, endedMs, lines: all.filter((line) => !line.startsWith("error: ")), errors }];
      }),
  );
  const ready = /^ready: failed=(.*)$/m.exec(output)?.[1] ?? "";
  const [connections, packets, ping, download] = ["connections", "packets", "ping", "download"].map((name) =>
    sections.get(name),
  );
  const tcp = partOf("connections", load.connections, connections, (section) =>
    readConnections(section, load.connections?.count ?? 0, ready),
  );
  const udp = partOf("UDP packets", load.udp, packets, ({ lines }) => readPackets(lines), inVain);
  const icmpCount = partOf("ICMP packets", load.icmp, ping, ({ lines }) => countPing(lines), inVainOf);
  const icmp = load.icmp?.times ? readPing(ping?.lines ?? [], load.icmp.intervalMs) : null;
  return {
    connections: tcp.found,
    udp: udp.found,
    icmp,
    icmpCount: icmpCount.found,
    download: load.download && download ? readDownload(download) : null,
    troubles: [...tcp.trouble, ...udp.trouble, ...(icmp ? [] : icmpCount.trouble)],
  };
}

/**
 * What a part found, or why it is not there: it could not run, or (where `vain` tells a number) nothing was ever answered.
 * A host that does not answer before the fault says nothing of what happened by it.
 */
function partOf<T>(
  name: string,
  wanted: object | undefined,
  section: Section | undefined,
  read: (section: Section) => T | null,
  vain: (found: T) => number = () => 0,
): { readonly found: T | null; readonly trouble: readonly string[] } {
  if (!wanted) return { found: null, trouble: [] };
  const found = section ? read(section) : null;
  if (found === null) {
    const why = section?.errors || `it ended with ${section?.exit ?? "nothing"}`;
    return { found, trouble: [`${name}: ${why}`] };
  }
  const sent = vain(found);
  if (sent === 0) return { found, trouble: [] };
  return { found: null, trouble: [`${name}: none of ${sent} was answered, not even before the fault`] };
}

function inVain(packets: readonly Packet[]): number {
  return packets.some(({ receivedMs }) => receivedMs !== null) ? 0 : packets.length;
}

function inVainOf({ sent, lost }: { readonly sent: number; readonly lost: number }): number {
  return lost < sent ? 0 : sent;
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

function readDownload({ exit, endedMs, lines, errors }: Section): NonNullable<LoadFound["download"]> {
  const told = [...lines, errors].join(" ").trim();
  const said = told || (exit === "none" ? "it was still under way" : `it ended with ${exit}`);
  return { finished: exit === "0", endedMs, said };
}

/** From packets and moments to the figures of a drill. Pure; all times in milliseconds by one clock. */

export interface Packet {
  readonly sentMs: number;
  /** null: no answer came. */
  readonly receivedMs: number | null;
}

/** How long the way of one answered packet was closed before it. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** Packets without an answer in between. */
  readonly lost: number;
}

/**
 * One for each answered packet but the first. Where packets were lost, from answer to answer: so long nothing came
 * through. Where none was, the time that the answer took: a machine that itself sends nothing for a while, because its
 * processors are busy, is no gap of the network.
 */
export function gapsOf(packets: readonly Packet[]): Gap[] {
  const gaps: Gap[] = [];
  let before: number | undefined;
  let lost = 0;
  for (const { sentMs, receivedMs } of packets) {
    if (receivedMs === null) {
      lost++;
      continue;
    }
    if (before !== undefined) {
      const fromMs = lost > 0 ? before : Math.max(before, sentMs);
      gaps.push({ fromMs: Math.min(fromMs, receivedMs), toMs: receivedMs, lost });
    }
    before = Math.max(before ?? 0, receivedMs);
    lost = 0;
  }
  const last = packets.at(-1);
  if (before !== undefined && lost > 0 && last) gaps.push({ fromMs: before, toMs: last.sentMs, lost });
  return gaps;
}

/**
 * Both streams as one. A kernel answers pings by itself, a program the UDP packets: where both are there, a late answer
 * of the latter, with nothing lost, says something of that program and its machine, and nothing of the way.
 */
export function gapsOfBoth(udp: readonly Gap[], icmp: readonly Gap[]): Gap[] {
  if (icmp.length === 0) return [...udp];
  return [...icmp, ...udp.filter((gap) => gap.lost > 0)].toSorted((a, b) => a.toMs - b.toMs);
}

export function lengthOf({ fromMs, toMs }: Gap): number {
  return toMs - fromMs;
}

function longest(gaps: readonly Gap[]): Gap | undefined {
  return gaps.reduce<Gap | undefined>(
    (worst, gap) => (worst && lengthOf(worst) >= lengthOf(gap) ? worst : gap),
    undefined,
  );
}

export interface Moments {
  readonly faultMs: number;
  /** When the other proxy was elected, and how long it took until it was ready. */
  readonly electedMs: number | null;
  readonly tookMs: number | null;
}

export interface Figures {
  readonly worstGapMs: number | null;
  /** Packets without an answer in it. */
  readonly worstGapLost: number | null;
  readonly gapBeforeMs: number | null;
  readonly detectMs: number | null;
  readonly promoteMs: number | null;
  readonly firstPacketMs: number | null;
}

export function figuresOf(gaps: readonly Gap[], { faultMs, electedMs, tookMs }: Moments): Figures {
  const worst = longest(gaps.filter((gap) => gap.toMs > faultMs));
  const before = longest(gaps.filter((gap) => gap.toMs <= faultMs));
  const promotedMs = electedMs === null || tookMs === null ? null : electedMs + tookMs;
  return {
    worstGapMs: worst ? lengthOf(worst) : null,
    worstGapLost: worst?.lost ?? null,
    gapBeforeMs: before ? lengthOf(before) : null,
    detectMs: electedMs === null ? null : electedMs - faultMs,
    promoteMs: tookMs,
    firstPacketMs: firstPacket(gaps, faultMs, promotedMs),
  };
}

/**
 * The end of the longest gap with a loss that had begun by the promotion: a later one has other reasons. Where nothing
 * was lost until then, the first answer after it.
 */
function firstPacket(gaps: readonly Gap[], faultMs: number, promotedMs: number | null): number | null {
  const byMs = promotedMs ?? Number.POSITIVE_INFINITY;
  const closed = longest(gaps.filter((gap) => gap.lost > 0 && gap.toMs > faultMs && gap.fromMs <= byMs));
  const toMs =
    closed?.toMs ?? (promotedMs === null ? undefined : gaps.find((gap) => gap.toMs >= promotedMs)?.toMs);
  return toMs === undefined ? null : toMs - faultMs;
}

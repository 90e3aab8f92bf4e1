import { describe, expect, test } from "vitest";
import { type Clock, clockFrom } from "./clock.ts";
import { figuresOf, type Gap, gapsOf, gapsOfBoth, lengthOf, type Packet } from "./measure.ts";

/** A packet every 5 ms, answered after `answerMs`; those of `lost` never. */
function stream(count: number, lost: (sentMs: number) => boolean, answerMs = 0.2): Packet[] {
  return Array.from({ length: count }, (_, index) => {
    const sentMs = 1000 + index * 5;
    return { sentMs, receivedMs: lost(sentMs) ? null : sentMs + answerMs };
  });
}

const lengths = (gaps: readonly Gap[]) => gaps.map((gap) => Math.round(lengthOf(gap) * 10) / 10);

describe("gaps", () => {
  test("where nothing is lost, a gap is the time that an answer took", () => {
    expect(lengths(gapsOf(stream(4, () => false)))).toEqual([0.2, 0.2, 0.2]);
  });

  test("a gap with a loss goes from the last answer before to the first one after", () => {
    const gaps = gapsOf(stream(6, (ms) => ms === 1010 || ms === 1015));
    expect(gaps[1]).toMatchObject({ lost: 2, fromMs: 1005.2, toMs: 1020.2 });
  });

  test("a client that sends nothing for a while makes no gap", () => {
    const [first, second] = stream(2, () => false);
    const late = { sentMs: 1400, receivedMs: 1400.2 };
    expect(lengths(gapsOf([first, second, late].flatMap((one) => one ?? [])))).toEqual([0.2, 0.2]);
  });

  test("packets that waited and came at last are a gap as long as they waited", () => {
    const packets = stream(3, () => false).map((one, index) =>
      index === 0 ? one : { ...one, receivedMs: 1150 },
    );
    expect(lengths(gapsOf(packets))).toEqual([145, 0]);
  });

  test("a way that never opens again is a gap up to the last packet", () => {
    expect(gapsOf(stream(10, (ms) => ms >= 1020)).at(-1)).toMatchObject({ toMs: 1045, lost: 6 });
  });

  test.each([[[]], [stream(1, () => false)], [stream(3, () => true)]])(
    "too little says nothing",
    (packets) => {
      expect(gapsOf(packets)).toEqual([]);
    },
  );

  test("a late answer of an echo program is no gap where pings were answered, a loss is", () => {
    const icmp = gapsOf(stream(4, () => false));
    const late = gapsOf(stream(4, () => false, 80));
    expect(gapsOfBoth(late, icmp)).toEqual(icmp);
    expect(gapsOfBoth(late, [])).toEqual(late);
    expect(gapsOfBoth(gapsOf(stream(4, (ms) => ms === 1005)), icmp).map((gap) => gap.lost)).toEqual([
      0, 0, 1, 0,
    ]);
  });
});

describe("figures", () => {
  const closed = gapsOf(stream(200, (ms) => ms >= 1300 && ms < 1500));

  test("the times are told from the fault on", () => {
    const figures = figuresOf(closed, { faultMs: 1290, electedMs: 1450, tookMs: 30 });
    expect(figures).toMatchObject({ detectMs: 160, promoteMs: 30 });
    expect(figures.worstGapMs).toBeCloseTo(205);
    expect(figures.firstPacketMs).toBeCloseTo(210.2);
    expect(figures.gapBeforeMs).toBeCloseTo(0.2);
  });

  test("where nothing was lost, the first packet is the first one answered after the promotion", () => {
    const gaps = gapsOf(stream(200, () => false));
    const figures = figuresOf(gaps, { faultMs: 1290, electedMs: 1450, tookMs: 33 });
    expect(figures.firstPacketMs).toBeCloseTo(195.2);
  });

  test("a gap that comes after the promotion does not move the first packet", () => {
    const gaps = gapsOf(stream(400, (ms) => (ms >= 1300 && ms < 1400) || (ms >= 2000 && ms < 2500)));
    const figures = figuresOf(gaps, { faultMs: 1290, electedMs: 1350, tookMs: 33 });
    expect(figures.worstGapMs).toBeCloseTo(505);
    expect(figures.firstPacketMs).toBeCloseTo(110.2);
  });

  test("what is not known stays unknown", () => {
    expect(figuresOf([], { faultMs: 0, electedMs: null, tookMs: null })).toEqual({
      worstGapMs: null,
      worstGapLost: null,
      gapBeforeMs: null,
      detectMs: null,
      promoteMs: null,
      firstPacketMs: null,
    });
  });

  test("a worse gap before the fault is not the fault's", () => {
    const gaps = gapsOf(stream(200, (ms) => (ms >= 1050 && ms < 1250) || ms === 1500));
    const figures = figuresOf(gaps, { faultMs: 1400, electedMs: null, tookMs: null });
    expect(figures.worstGapMs).toBeCloseTo(10);
    expect(figures.gapBeforeMs).toBeCloseTo(205);
  });
});

describe("clocks", () => {
  test.each<[string, Clock | undefined, [number, number, number][]]>([
    ["that may be the same are taken as the same", { toHereMs: 0, errorMs: 20 }, [[100, 110, 140]]],
    [
      "that differ are told apart by half of a login's time",
      { toHereMs: -980, errorMs: 20 },
      [[100, 1100, 140]],
    ],
    [
      "are bounded closer by more readings",
      { toHereMs: 0, errorMs: 10 },
      [
        [100, 110, 140],
        [200, 230, 240],
      ],
    ],
    ["that nobody could read are unknown", undefined, []],
  ])("%s", (_, clock, readings) => {
    expect(
      clockFrom(readings.map(([sentMs, hostMs, receivedMs]) => ({ sentMs, hostMs, receivedMs }))),
    ).toEqual(clock);
  });
});

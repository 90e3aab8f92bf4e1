/** A pair of proxies: how long a failover takes and what the sync of connections costs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Measured } from "./bench.ts";
import { median, ratio } from "./measure.ts";
import { insideNamespaces } from "./nat/namespaces.ts";
import { type Failover, openPairLab, type PairLab } from "./pair/failover.ts";
import { alternatDetection, fieldFigures } from "./pair/field.ts";
import { type RateMeasured, rateMeasuredSchema } from "./pair/rate-measured.ts";
import { type RouteLab, type RouteSwitch, withRouteLab } from "./pair/route-switch.ts";
import { costOfConnections, costOfIdle, type SyncCost } from "./pair/sync-cost.ts";
import { wayout } from "./wayout.ts";

const labs = { pair: "bench-pair", route: "bench-pair-route" };
const rounds = 3;
const cost = { rounds: 3, connections: 3_000, idleSeconds: 20 };

interface Event {
  readonly text: string;
  readonly failover: (pair: PairLab) => Promise<Failover>;
}

const events: readonly Event[] = [
  { text: "cable pulled", failover: (pair) => pair.drill("cable") },
  { text: "power cut", failover: (pair) => pair.power() },
  { text: "keepalived killed", failover: (pair) => pair.drill("kill") },
  { text: "service stopped", failover: (pair) => pair.drill("stop") },
  { text: "planned switch", failover: (pair) => pair.drill("switch") },
];
/** What the others are compared with: the host is gone, without a word. */
const hostGone = events.findIndex(({ text }) => text === "power cut");

interface Figures {
  /** By event, in the order of the rounds. */
  readonly failovers: readonly (readonly Failover[])[];
  readonly routes: { readonly dead: readonly RouteSwitch[]; readonly alive: readonly RouteSwitch[] };
  readonly busy: readonly SyncCost[];
  readonly idle: SyncCost;
  readonly rate: RateMeasured;
}

export const pair: Bench = {
  name: "pair",
  title: "a pair's failover beside a switched route, and what its sync costs",
  packages: ["conntrackd", "ethtool"],
  measure: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), "wayout-bench-"));
    try {
      // Those that were stopped in the middle.
      await down();
      const inLabs = await withRouteLab(labs.route, folder, async (routes) => {
        const opened = await openPairLab(labs.pair, folder);
        return await measureInLabs(opened, routes, say);
      });
      await down();
      const rate = rateMeasuredSchema.parse(
        JSON.parse(await insideNamespaces(join(import.meta.dirname, "pair", "rate-inside.ts"))),
      );
      return summed({ ...inLabs, rate });
    } finally {
      await down();
      await rm(folder, { recursive: true });
    }
  },
};

async function down(): Promise<void> {
  for (const lab of Object.values(labs)) await wayout("lab", "down", "--name", lab);
}

async function measureInLabs(
  lab: PairLab,
  routes: RouteLab,
  say: (text: string) => void,
): Promise<Omit<Figures, "rate">> {
  const failovers = events.map((): Failover[] => []);
  const switched = { dead: [] as RouteSwitch[], alive: [] as RouteSwitch[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { text, failover }] of events.entries()) {
      const one = await failover(lab);
      say(`  ${text}: ${Math.round(one.worstGapMs)} ms, ${one.kept} of ${one.opened} kept`);
      failovers[index]?.push(one);
    }
    // Connections that nobody resets are waited for, which takes long: once is enough to see that.
    for (const way of round === 0 ? (["dead", "alive"] as const) : (["dead"] as const)) {
      const one = await routes.change(way === "dead");
      say(`  route switched, first proxy ${way}: ${Math.round(one.firstPacketMs)} ms, ${one.kept} kept`);
      switched[way].push(one);
    }
  }
  const busy: SyncCost[] = [];
  for (let round = 0; round < cost.rounds; round += 1)
    busy.push(await costOfConnections(lab, cost.connections));
  const idle = await costOfIdle(lab, cost.idleSeconds);
  return { failovers, routes: switched, busy, idle };
}

function summed(figures: Figures): Measured {
  const { failovers, routes } = figures;
  const moved = failovers.flat().filter(movedBefore).length;
  return {
    about: [
      `The pair in the lab, the manual's topology, two Debian machines: 1,000 open TCP connections and a packet (UDP, ping) every 5 ms from a client; ${rounds} rounds, in turn with the switched route, none left out. Median (smallest to largest). By \`wayout drill\`, but for the power, which is cut from outside: there \`detected\` counts from the last answer before.`,
      "Worst gap: from the last answer before to the first one after packets that were lost; over the whole drill, so the return of the broken proxy is in it. Detected: until the other one is elected. Promoted: from there until it has committed the connections, forwards, has the addresses and has announced them. First packet: since the fault; where no packet was lost, the first answer after the promotion.",
      ...movedText(moved),
      "Switched route: two single proxies, each with its own EIP, as `wayout render` makes them; `changeRoute` in place, with a token at hand, until the first packet by the other one. Its detection is no part of that figure. Connections are lost since the address seen outside is another one; some are not even reset (half-open).",
      "The lab's API has no distance and no queue: it answers within milliseconds, and its route works at once. A real one takes as long as it takes; the figure is the floor of this way, not what an operator will see. In the same way the lab's network has no distance for the pair.",
      "Field: what others publish, not measured here; nobody publishes how long a person takes, nor how many connections are kept. `of the pair` is with the pair's median when the power is cut.",
      `Sync: ${cost.rounds} times ${cost.connections.toLocaleString("en")} connections one after the other, each opened, asked, answered, closed in order, and then forgotten on the active proxy, as it would be by its timeout; idle: ${cost.idleSeconds} s, reckoned up to a minute. CPU is conntrackd's own, from the kernel's scheduler; what the kernel does for it is in the connections per second. Bytes are both ways, with Ethernet, IP and UDP headers. Role: keepalived and the script that watches the pair twice a second, with the programs it starts.`,
      "Connections per second: as in `nat` above, Wayout's rules, one subnet, a core for client and proxy, the other one for the server; the standby's conntrackd is on the same machine, which a real one is not. conntrackd runs before everything else (SCHED_RR). Told: the share of a round's connections that the standby knew when the round was over. A connection is a handshake and a reset and carries nothing: the worst case for a sync.",
    ],
    columns: ["what happens", "worst gap", "detected", "promoted", "first packet", "connections kept"],
    rows: [
      ...events.map(({ text }, index) => failoverRow(`pair: ${text}`, failovers[index] ?? [])),
      routeRow("route switched by API: first proxy dead", routes.dead),
      routeRow("route switched by API: both alive, once", routes.alive),
    ],
    further: [
      { title: "Beside a switched route and the field", ...besides(figures) },
      { title: "What the sync costs", ...costs(figures) },
      { title: "NATed connections per second", ...rates(figures) },
    ],
    figures,
  };
}

function failoverRow(text: string, all: readonly Failover[]): string[] {
  const of = (key: keyof Failover, some = all) => spread(some.map((one) => one[key]));
  const elected = all.filter((one) => !movedBefore(one));
  return [
    text,
    of("worstGapMs"),
    of("detectMs", elected),
    of("promoteMs", elected),
    of("firstPacketMs", elected),
    keptText(all),
  ];
}

/** The role had moved by itself when the fault came: a machine whose processors are taken away misses adverts. */
function movedBefore({ detectMs }: Failover): boolean {
  return detectMs < 0;
}

function movedText(moved: number): string[] {
  return moved === 0
    ? []
    : [
        `In ${moved} of the failovers the role had moved by itself before the fault, on this busy machine; what the mechanism took then is left out, the gap and the connections are not.`,
      ];
}

function routeRow(text: string, all: readonly RouteSwitch[]): string[] {
  const half = all.map(({ hanging }) => hanging);
  return [
    text,
    "-",
    "not by it",
    `call: ${spread(all.map(({ callMs }) => callMs))}`,
    spread(all.map(({ firstPacketMs }) => firstPacketMs)),
    `${keptText(all)}; half-open: ${half.join(", ")}`,
  ];
}

function keptText(all: readonly { readonly opened: number; readonly kept: number }[]): string {
  const sum = (key: "opened" | "kept") => all.reduce((total, one) => total + one[key], 0);
  return `${sum("kept").toLocaleString("en")} of ${sum("opened").toLocaleString("en")}`;
}

function besides({ failovers, routes }: Figures) {
  const gone = failovers[hostGone] ?? [];
  const gaps = gone.map(({ worstGapMs }) => worstGapMs);
  const switches = routes.dead.map(({ firstPacketMs }) => firstPacketMs);
  const pairMs = median(gaps);
  const times = (seconds: number): string => `${Math.round((seconds * 1000) / pairMs)}`;
  const range = ([from, to]: readonly [number, number]): string =>
    from === to ? `${from}` : `${from} to ${to}`;
  const [alternatFrom, alternatTo] = alternatDetection;
  const switchS = median(switches) / 1000;
  return {
    columns: ["way", "no packet for", "of the pair", "open connections", "figure"],
    rows: [
      [
        "this pair, its active host gone",
        `${(pairMs / 1000).toFixed(2)} s`,
        "1",
        `${keptText(gone)} kept`,
        "measured here",
      ],
      [
        "route switched by the lab's API, from the call on",
        `${switchS.toFixed(3)} s`,
        ratio(switches, gaps).toFixed(2),
        "lost",
        "measured here; an API without distance",
      ],
      [
        "the same, found out by probes as alterNAT's",
        `${range([alternatFrom, alternatTo])} s + ${switchS.toFixed(3)} s`,
        `${times(alternatFrom + switchS)} to ${times(alternatTo + switchS)}`,
        "lost",
        "the field's detection (derived) + measured here",
      ],
      ...fieldFigures.map(({ who, seconds, connections, source }) => [
        who,
        seconds === null ? "no figure" : `${range(seconds)} s`,
        seconds === null
          ? "-"
          : seconds[0] === seconds[1]
            ? times(seconds[0])
            : `${times(seconds[0])} to ${times(seconds[1])}`,
        connections,
        `field: ${source}`,
      ]),
    ],
  };
}

function costs({ busy, idle }: Figures) {
  const of = (key: keyof SyncCost) => median(busy.map((one) => one[key]));
  const row = (text: string, figure: (key: keyof SyncCost) => number): string[] => [
    text,
    `${Math.round(figure("activeMs"))} ms`,
    `${Math.round(figure("standbyMs"))} ms`,
    `${(figure("bytes") / 1000).toFixed(0)} kB`,
    `${Math.round(figure("activeRoleMs"))} ms`,
    `${Math.round(figure("standbyRoleMs"))} ms`,
  ];
  return {
    columns: [
      "",
      "conntrackd, active",
      "conntrackd, standby",
      "on the wire",
      "role, active",
      "role, standby",
    ],
    rows: [
      row("1,000 connections opened and closed", of),
      row("a minute with 1,000 open and idle", (key) => idle[key]),
    ],
  };
}

function rates({ rate }: Figures) {
  const off = rate[0]?.connectionsPerSecond ?? [];
  return {
    columns: ["sync", "connections/s", "of sync off", "told"],
    rows: rate.map(({ text, connectionsPerSecond, knownShare }) => [
      text,
      Math.round(median(connectionsPerSecond)).toLocaleString("en"),
      `${Math.round(100 * ratio(connectionsPerSecond, off))} %`,
      knownShare.length === 0 ? "-" : `${(100 * median(knownShare)).toFixed(1)} %`,
    ]),
  };
}

/** "180 ms (160 to 210)" */
function spread(values: readonly number[]): string {
  if (values.length === 0) return "-";
  const text = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
  if (values.length === 1) return `${text(median(values))} ms`;
  return `${text(median(values))} ms (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

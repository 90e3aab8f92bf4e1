/** From nothing to the first packet that a client gets from the Internet: Wayout's apply, the manual by a script. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { commandInside } from "../src/lab/client/actions.ts";
import { apiCalls } from "../src/lab/client/labs.ts";
import type { Bench, Measured } from "./bench.ts";
import { followManual, manualCommands } from "./first-packet/manual.ts";
import { median, ratio } from "./measure.ts";
import { must, wayout } from "./wayout.ts";

const lab = "bench-first";
const client = "ecs-app-1";
const site = "198.51.100.10";
const rounds = 5;

interface Run {
  /** From the start of the command to the first answer that the client got. */
  readonly firstMs: number;
  /** Until the command had ended. */
  readonly allMs: number;
  readonly apiCalls: number;
}

interface Way {
  readonly text: string;
  readonly go: (spec: string) => Promise<unknown>;
}

const ways: readonly Way[] = [
  { text: "the manual's commands, by a script", go: async () => await followManual(lab) },
  {
    text: "wayout apply --yes",
    go: async (spec) => await must(["apply", "--yes", "--file", spec, "--lab", lab]),
  },
];

export const firstPacket: Bench = {
  name: "first-packet",
  title: "from nothing to the first packet that a client gets from the Internet",
  measure: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), "wayout-bench-"));
    const spec = join(folder, "wayout.yaml");
    writeFileSync(
      spec,
      "cloud: lab\ngateways:\n- {name: egress, vpc: vpc-demo, proxies: [ecs-proxy], subnets: [subnet-app]}\n",
    );
    const runs = ways.map((): Run[] => []);
    try {
      // One that was stopped in the middle.
      await wayout("lab", "down", "--name", lab);
      for (let round = 0; round <= rounds; round += 1) {
        for (const [index, way] of ways.entries()) {
          const run = await once(way, spec);
          say(`  ${way.text}: first packet after ${Math.round(run.firstMs)} ms`);
          if (round > 0) runs[index]?.push(run);
        }
      }
      return summed(runs);
    } finally {
      await wayout("lab", "down", "--name", lab);
      await rm(folder, { recursive: true });
    }
  },
};

/** In a lab of its own, so that every run starts from nothing. */
async function once(way: Way, spec: string): Promise<Run> {
  await must(["lab", "up", "manual", "--name", lab]);
  const [program = "", ...args] = await commandInside(lab, client, ["ping", "-D", "-n", "-i", "0.01", site]);
  const ping = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const first = firstAnswer(createInterface({ input: ping.stdout }));
  const startedAt = Date.now();
  await way.go(spec);
  const endedAt = Date.now();
  const calls = (await apiCalls(lab)).filter(({ at }) => at >= startedAt && at <= endedAt);
  // It may be a moment behind; where nothing comes at all, the lab's end ends it.
  const seenAt = await Promise.race([first, patience()]);
  await must(["lab", "down", "--name", lab]);
  if (seenAt === undefined) throw new Error(`${way.text}: no packet came`);
  if (seenAt < startedAt) throw new Error(`${client} had a way out before: ${way.text}`);
  return { firstMs: seenAt - startedAt, allMs: endedAt - startedAt, apiCalls: calls.length };
}

/** Milliseconds since 1970, as ping saw it come. */
async function firstAnswer(lines: AsyncIterable<string>): Promise<number | undefined> {
  let seenAt: number | undefined;
  for await (const line of lines) {
    const [, seconds] = /^\[(\d+\.\d+)\] \d+ bytes from/.exec(line) ?? [];
    if (seconds !== undefined) {
      seenAt = Number(seconds) * 1000;
      break;
    }
  }
  return seenAt;
}

function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 2_000).unref());
}

function summed(runs: readonly (readonly Run[])[]): Measured {
  const manual = (runs[0] ?? []).map(({ firstMs }) => firstMs);
  return {
    about: [
      "In the lab, the manual's topology, a lab of its own for every run; the client pings a host of the Internet every 10 ms. On one machine: the API and the SSH connections have no distance.",
      `The script follows the page without reading or checking anything: ${manualCommands.length} commands on the proxy over an SSH connection each, and 5 API calls (token, NIC, check off, route table, route). No person types, looks up or waits.`,
      "Wayout's apply reads cloud and host, makes its own security group, arms every host change with a way back and confirms it over a fresh connection, proves the proxy, then sets the route; `all` ends after verify from the clients.",
      `Medians of ${rounds} rounds; the ratio is the median of the rounds' ratios.`,
    ],
    columns: ["way", "first packet", "of the manual", "all", "API calls"],
    rows: runs.map((mine, index) => [
      ways[index]?.text ?? "",
      `${(median(mine.map((run) => run.firstMs)) / 1000).toFixed(2)} s`,
      `${Math.round(
        100 *
          ratio(
            mine.map((run) => run.firstMs),
            manual,
          ),
      )} %`,
      `${(median(mine.map((run) => run.allMs)) / 1000).toFixed(2)} s`,
      String(median(mine.map((run) => run.apiCalls))),
    ]),
    figures: runs.map((mine, index) => ({ way: ways[index]?.text, runs: mine })),
  };
}

/** A plan in a large cloud: 10,000 servers in 1,000 VPCs. */
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { apiCalls } from "../src/lab/client/labs.ts";
import { type ApiCall, apiCallSchema } from "../src/lab/client/status.ts";
import type { Bench, Measured } from "./bench.ts";
import { median } from "./measure.ts";
import { must, taken, wayout } from "./wayout.ts";

const lab = "bench-plan";
const vpcCount = 1_000;
const serversPerVpc = 10;
const gatewayCounts = [1, 100];
const rounds = 5;

const runSchema = z.object({
  gateways: z.number(),
  commandMs: z.number(),
  peakMiB: z.number(),
  startMs: z.number(),
  readMs: z.number(),
  planMs: z.number(),
  calls: z.array(apiCallSchema),
});
type Run = z.infer<typeof runSchema>;

const partsSchema = runSchema.pick({ startMs: true, readMs: true, planMs: true });
const plannedSchema = z.object({ gateways: z.array(z.unknown()) });

export const plan: Bench = {
  name: "plan",
  title: "a plan in a cloud of 10,000 servers in 1,000 VPCs, for 1 and for 100 gateways",
  measure: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), "wayout-bench-"));
    try {
      // One that was stopped in the middle.
      await wayout("lab", "down", "--name", lab);
      const scenario = join(folder, "large.yaml");
      writeFileSync(scenario, largeCloud());
      const up = await must(["lab", "up", scenario, "--fabric", "none", "--name", lab]);
      say(`  the lab's API is up with 10,000 servers after ${Math.round(up.ms)} ms`);
      const runs: Run[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        for (const gateways of gatewayCounts) {
          const run = await planOnce(specFile(folder, gateways), gateways);
          say(`  ${gateways} gateways: ${Math.round(run.commandMs)} ms, ${run.calls.length} calls`);
          if (round > 0) runs.push(run);
        }
      }
      return summed(runs);
    } finally {
      await wayout("lab", "down", "--name", lab);
      await rm(folder, { recursive: true });
    }
  },
};

async function planOnce(file: string, gateways: number): Promise<Run> {
  const from = Date.now();
  // Blocked, since no host can be reached: 1.
  const command = await must(["plan", "--json", "--file", file, "--lab", lab], [1, 2]);
  const planned = plannedSchema.parse(JSON.parse(command.stdout));
  if (planned.gateways.length !== gateways) throw new Error(`planned ${planned.gateways.length} gateways`);
  const calls = (await apiCalls(lab)).filter((call) => call.at >= from);
  const program = join(import.meta.dirname, "plan", "parts.ts");
  const parts = await taken(process.execPath, [program, file, lab]);
  if (parts.code !== 0) throw new Error(parts.stderr);
  return {
    gateways,
    commandMs: command.ms,
    peakMiB: command.peakMiB,
    calls,
    ...partsSchema.parse(JSON.parse(parts.stdout)),
  };
}

function summed(runs: readonly Run[]): Measured {
  const last = runs.at(-1);
  return {
    about: [
      `${vpcCount.toLocaleString("en")} VPCs with a subnet and ${serversPerVpc} servers each, and their ports, route tables and security group, in the lab's API without fabric: real HTTP on loopback, real JSON, no network's delay. The API runs on the same cores.`,
      "`command` is `wayout plan --json` from its start to its end. `start`: Node, the sources, the session. `plan`: the whole of observe and plan. `reading`: its reading of every list of the cloud, and the spec's names looked up in them, done once more by the same process, so with warm code and a token.",
      "Without fabric there are no hosts: ssh is started for each proxy and ends at once, and the two steps on each host are blocked. So this is the cloud's half of a plan, with the processes for the other half, but without its one round trip to each host.",
      `API calls of one plan: ${callKinds(last?.calls ?? [])}.`,
      `Medians of ${rounds} rounds. Memory is the peak of the command's resident memory.`,
    ],
    columns: ["gateways", "command", "start", "plan", "reading", "memory", "API calls"],
    rows: gatewayCounts.map((gateways) => {
      const mine = runs.filter((run) => run.gateways === gateways);
      const of = (key: "commandMs" | "startMs" | "readMs" | "planMs" | "peakMiB") =>
        median(mine.map((run) => run[key]));
      const ms = (key: "commandMs" | "startMs" | "readMs" | "planMs") => `${(of(key) / 1000).toFixed(2)} s`;
      const calls = median(mine.map((run) => run.calls.length));
      return [
        String(gateways),
        ms("commandMs"),
        ms("startMs"),
        ms("planMs"),
        ms("readMs"),
        `${Math.round(of("peakMiB"))} MiB`,
        String(calls),
      ];
    }),
    figures: runs.map(({ calls, ...run }) => ({ ...run, calls: calls.length })),
  };
}

/** "10 GET ports, 3 GET vpcs" */
function callKinds(calls: readonly ApiCall[]): string {
  const kinds = Map.groupBy(calls, ({ method, path }) => {
    const words = (path.split("?")[0] ?? "").split("/").filter((word) => !/^[0-9a-f]{32}$/.test(word));
    return `${method} ${words.slice(-2).join("/")}`;
  });
  return [...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(", ");
}

/** Every proxy that a gateway names has an EIP; the lab has fewer EIPs than VPCs. */
function largeCloud(): string {
  const numbers = Array.from({ length: vpcCount }, (_, index) => index + 1);
  const eips = Math.max(...gatewayCounts);
  return [
    "vpcs:",
    ...numbers.map((n) => `- {name: v${n}, cidr: 10.0.0.0/16, subnets: [{name: s${n}, cidr: 10.0.0.0/24}]}`),
    "securityGroups: [{name: all}]",
    "servers:",
    ...numbers.map((n) => `- {name: p${n}, subnet: s${n}${n <= eips ? ", eip: true" : ""}}`),
    ...numbers.map((n) => `- {name: a${n}, count: ${serversPerVpc - 1}, subnet: s${n}}`),
    "",
  ].join("\n");
}

function specFile(folder: string, gateways: number): string {
  const file = join(folder, `gateways-${gateways}.yaml`);
  const lines = Array.from({ length: gateways }, (_, index) => index + 1).map(
    (n) => `- {name: g${n}, vpc: v${n}, proxies: [p${n}], subnets: [s${n}]}`,
  );
  writeFileSync(file, ["cloud: lab", "gateways:", ...lines, ""].join("\n"));
  return file;
}

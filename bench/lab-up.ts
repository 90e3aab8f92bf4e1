/** How long a lab takes to come up and go down, and what a light server costs. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOwner } from "../src/lab/client/owner.ts";
import { placesOf } from "../src/lab/client/places.ts";
import type { Bench, Measured } from "./bench.ts";
import { median } from "./measure.ts";
import { must, wayout } from "./wayout.ts";

const lab = "bench-up";
/** One is a machine that systemd boots, the others are light. */
const sizes = [3, 100, 500];
const rounds = 5;

interface Cost {
  readonly upMs: number;
  readonly downMs: number;
  /** Proportional share of the memory of all processes of the lab. */
  readonly processesMiB: number;
  /** How much less memory the machine has left; what the kernel keeps for namespaces and disks is in it. */
  readonly machineMiB: number;
}

export const labUp: Bench = {
  name: "lab-up",
  title: "a lab coming up and going down, with 3, 100 and 500 servers",
  measure: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), "wayout-bench-"));
    try {
      // One that was stopped in the middle.
      await wayout("lab", "down", "--name", lab);
      const costs = new Map(sizes.map((size): [number, Cost[]] => [size, []]));
      for (let round = 0; round <= rounds; round += 1) {
        for (const size of sizes) {
          const cost = await upAndDown(scenarioFile(folder, size));
          say(`  ${size} servers: up ${Math.round(cost.upMs)} ms, down ${Math.round(cost.downMs)} ms`);
          // The first round makes the image where there is none, and warms the page cache.
          if (round > 0) costs.get(size)?.push(cost);
        }
      }
      return summed(costs);
    } finally {
      await wayout("lab", "down", "--name", lab);
      await rm(folder, { recursive: true });
    }
  },
};

async function upAndDown(scenario: string): Promise<Cost> {
  const before = availableMiB();
  const up = await must(["lab", "up", scenario, "--name", lab]);
  const machineMiB = before - availableMiB();
  const processesMiB = processMemoryMiB();
  const down = await must(["lab", "down", "--name", lab]);
  return { upMs: up.ms, downMs: down.ms, processesMiB, machineMiB };
}

function summed(costs: ReadonlyMap<number, readonly Cost[]>): Measured {
  const rows = [...costs].map(([size, all]) => {
    const of = (key: keyof Cost) => median(all.map((cost) => cost[key]));
    return {
      size,
      up: of("upMs"),
      fastest: Math.min(...all.map(({ upMs }) => upMs)),
      down: of("downMs"),
      processes: of("processesMiB"),
      machine: of("machineMiB"),
    };
  });
  const [smallest, largest] = [rows.at(0), rows.at(-1)];
  if (!smallest || !largest) throw new Error("nothing was measured");
  const perServer = (key: "processes" | "machine") =>
    (largest[key] - smallest[key]) / (largest.size - smallest.size);
  return {
    about: [
      "`wayout lab up` until it returns, which is when every server's sshd takes connections; the image was there. One server is a machine that systemd boots, the others are light.",
      `A light server costs ${perServer("processes").toFixed(2)} MiB in its own processes (proportional share) and ${perServer("machine").toFixed(2)} MiB of the machine's memory in all, kernel included: (${largest.size} servers - ${smallest.size} servers) / ${largest.size - smallest.size}.`,
      `Medians of ${rounds} rounds; "fastest" is the round that other work on the machine disturbed least.`,
    ],
    columns: ["servers", "up", "fastest", "down", "memory of processes"],
    rows: rows.map((row) => [
      String(row.size),
      `${(row.up / 1000).toFixed(2)} s`,
      `${(row.fastest / 1000).toFixed(2)} s`,
      `${(row.down / 1000).toFixed(2)} s`,
      `${Math.round(row.processes)} MiB`,
    ]),
    figures: Object.fromEntries(costs),
  };
}

/** The scenario "hundred" in another size. */
function scenarioFile(folder: string, servers: number): string {
  const file = join(folder, `servers-${servers}.yaml`);
  writeFileSync(
    file,
    `description: One proxy and ${servers - 1} servers without an EIP.
vpcs:
  - { name: vpc-demo, cidr: 192.168.0.0/16, subnets: [{ name: subnet-app, cidr: 192.168.124.0/22 }] }
securityGroups:
  - name: sg-demo
    rules:
      - { direction: in, from: sg-demo }
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
      - { direction: out }
servers:
  - { name: ecs-proxy, kind: machine, subnet: subnet-app, ip: 192.168.125.4, eip: 203.0.113.10 }
  - { name: ecs-app, count: ${servers - 1}, subnet: subnet-app }
`,
  );
  return file;
}

function availableMiB(): number {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) / 1024;
}

/** The processes of the lab are the descendants of its outermost one. */
function processMemoryMiB(): number {
  const owner = readOwner(placesOf(lab).owner);
  if (!owner) throw new Error("the lab has no owner");
  const children = Map.groupBy(readdirSync("/proc").filter(isNumber), parentOf);
  const shareKiB = (pid: string): number =>
    numberIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m) +
    (children.get(pid) ?? []).reduce((sum, child) => sum + shareKiB(child), 0);
  return shareKiB(String(owner.holder.pid)) / 1024;
}

function parentOf(pid: string): string {
  return String(numberIn(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m));
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function numberIn(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, "utf8"))?.[1] ?? 0);
  } catch {
    // The process has ended, or is one of the kernel's.
    return 0;
  }
}

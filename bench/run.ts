/**
 * `npm run bench`: all benchmarks, or those that are named: `npm run bench -- nat plan`. Tables go to stdout and, with
 * every single figure, as JSON to bench/results/. `--write` puts the tables into bench/RESULTS.md too.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { firstPacket } from "./first-packet.ts";
import { labUp } from "./lab-up.ts";
import { machine } from "./machine.ts";
import { nat } from "./nat.ts";
import { pair } from "./pair.ts";
import { plan } from "./plan.ts";
import { writeResults } from "./results-page.ts";
import { table } from "./table.ts";

const benches: readonly Bench[] = [nat, firstPacket, pair, labUp, plan];
const results = join(import.meta.dirname, "results");

const words = process.argv.slice(2);
const names = words.filter((word) => word !== "--write");
const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
if (unknown !== undefined) stop(`no benchmark ${unknown}`);
if (process.getuid?.() !== 0) stop("the benchmarks make network namespaces, which needs root");

const chosen = benches.filter((bench) => names.length === 0 || names.includes(bench.name));
setUp(chosen);
mkdirSync(results, { recursive: true });
for (const { name, title, measure } of chosen) {
  const startedAt = new Date();
  say(`bench ${name}: ${title}`);
  const measured = await measure(say);
  const record = { bench: name, title, startedAt: startedAt.toISOString(), machine: machine(), ...measured };
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(record, null, 1)}\n`);
  process.stdout.write(`\n${name}: ${title}\n\n${table(measured.columns, measured.rows)}\n`);
  for (const more of measured.further ?? [])
    process.stdout.write(`\n${more.title}\n\n${table(more.columns, more.rows)}\n`);
  process.stdout.write(`${measured.about.map((line) => `  ${line}`).join("\n")}\n\n`);
}
if (words.includes("--write")) writeResults(results, benches);

/** What the benchmarks need beyond the lab, which `npm run` has set up. */
function setUp(wanted: readonly Bench[]): void {
  const missing = wanted
    .flatMap((bench) => bench.packages ?? [])
    .filter((name) => spawnSync("dpkg-query", ["-W", name]).status !== 0);
  if (missing.length === 0) return;
  say(`bench: installing Debian packages: ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const what of [["update"], ["install", "-y", "--no-install-recommends", ...missing]])
    execFileSync("apt-get", ["-qq", ...what], { env, stdio: ["ignore", "ignore", "inherit"] });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function stop(reason: string): never {
  say(`bench: ${reason}. The benchmarks:`);
  for (const { name, title } of benches) say(`  ${name.padEnd(14)}${title}`);
  process.exit(1);
}

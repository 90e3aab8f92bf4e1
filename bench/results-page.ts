/** Writes bench/RESULTS.md from the last figures of each benchmark. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { markdownTable } from "./table.ts";

const recordSchema = z.object({
  title: z.string(),
  startedAt: z.string(),
  machine: z.object({
    cores: z.number(),
    processor: z.string(),
    memoryGiB: z.number(),
    kernel: z.string(),
    system: z.string(),
    node: z.string(),
    load: z.number(),
  }),
  about: z.array(z.string()),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())),
});

const head = `# What was measured

The ratios count: every figure of a table was taken in one run, in turn with the others, so that whatever else the
machine did met all of them. Nothing asserts them: a slow machine fails no test.

    npm run bench                     all of it, as root on a Debian-like machine
    npm run bench -- nat              one benchmark
    npm run bench -- nat --write      and write its table into this page

`;

export function writeResults(folder: string, benches: readonly Bench[]): void {
  const sections = benches.flatMap(({ name }) => {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) return [];
    const record = recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    const { cores, processor, memoryGiB, kernel, system, node, load } = record.machine;
    return [
      `## ${name}: ${record.title}`,
      markdownTable(record.columns, record.rows),
      record.about.map((line) => `- ${line}`).join("\n"),
      `\`npm run bench -- ${name}\`, ${record.startedAt.slice(0, 10)}, on ${cores} cores (${processor}) with ${memoryGiB} GiB, ${system}, ` +
        `Linux ${kernel}, Node ${node}; the machine's load was ${load.toFixed(1)} at the end.`,
    ];
  });
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), `${[head.trimEnd(), ...sections].join("\n\n")}\n`);
}

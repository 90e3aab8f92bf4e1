/** Writes bench/RESULTS.md from the last figures of each benchmark. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { markdownTable } from "./table.ts";

const tableSchema = z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) });
const recordSchema = tableSchema.extend({
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
  further: z.array(tableSchema.extend({ title: z.string() })).optional(),
});

const head = `# What was measured

The ratios count: every figure of a table was taken in one run, in turn with the others, so that whatever else the
machine did met all of them. Nothing asserts them: a slow machine fails no test.

    npm run bench                     all of it, as root on a Debian-like machine
    npm run bench -- nat              one benchmark
    npm run bench -- nat --write      and write its table into this page

`;

const page = join(import.meta.dirname, "RESULTS.md");

/** A benchmark without figures here keeps the section that the page has of it. */
export function writeResults(folder: string, benches: readonly Bench[]): void {
  const written = readFileSync(page, "utf8").split(/^(?=## )/m);
  const sections = benches.flatMap(({ name }) => {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) {
      return written.filter((text) => text.startsWith(`## ${name}:`)).map((text) => text.trimEnd());
    }
    const record = recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    const { cores, processor, memoryGiB, kernel, system, node, load } = record.machine;
    return [
      `## ${name}: ${record.title}`,
      markdownTable(record.columns, record.rows),
      ...(record.further ?? []).flatMap((more) => [
        `### ${more.title}`,
        markdownTable(more.columns, more.rows),
      ]),
      record.about.map((line) => `- ${line}`).join("\n"),
      `\`npm run bench -- ${name}\`, ${record.startedAt.slice(0, 10)}, on ${cores} cores (${processor}) with ${memoryGiB} GiB, ${system}, ` +
        `Linux ${kernel}, Node ${node}; the machine's load was ${load.toFixed(1)} at the end.`,
    ];
  });
  writeFileSync(page, `${[head.trimEnd(), ...sections].join("\n\n")}\n`);
}

/** What a plan's time goes into, measured inside one process: parts.ts SPEC LAB. Prints milliseconds as JSON. */
import { withSession } from "../../src/cli/session.ts";
import { plan } from "../../src/engine/converge.ts";
import { look } from "../../src/engine/observe.ts";
import { snapshot } from "../../src/engine/snapshot.ts";

const [file = "", lab = ""] = process.argv.slice(2);
await withSession({ file, lab }, async ({ file, world, journal, context }) => {
  // The clock of `performance` starts with the process.
  const startMs = performance.now();
  await plan(file, world, journal, { ...context, report: () => undefined });
  const planMs = performance.now() - startMs;
  const lookedAt = performance.now();
  await look(file, snapshot(world.cloud), journal, context.probes);
  const readMs = performance.now() - lookedAt;
  process.stdout.write(JSON.stringify({ startMs, planMs, readMs }));
});

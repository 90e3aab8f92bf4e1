/**
 * A program of its own that applies or undoes as the command does, and kills itself with SIGKILL at one point:
 *   crashing-run.ts LAB FILE apply|undo [POINT...]
 * POINT is a number from 1, or a name; of several, the first one that it comes to. Prints the name of every point it comes to: the ends of all writes to
 * the journal, to a host and to the cloud's API, since between the end of one and the beginning of the next nothing changes.
 * "pair/role@ecs-proxy-1 after ecs-proxy-1 write": the step, and what ended.
 */
import { writeSync } from "node:fs";
import { withSession } from "../../../src/cli/session.ts";
import { converge } from "../../../src/engine/converge.ts";
import { changesToUndo, takeBack } from "../../../src/engine/take-back.ts";
import type { Report } from "../../../src/report/events.ts";
import { tellApiWrites, tellingJournal, tellingWorld } from "./points.ts";

const [lab = "", file = "", operation = "", ...points] = process.argv.slice(2);
let reached = 0;
let step = "";

function at(end: string): void {
  // What the cloud's driver does is told call by call.
  if (!end.startsWith("after ") || end.startsWith("after cloud ")) return;
  reached++;
  const name = /journal (begin|finish)$/.test(end) ? end : `${step} ${end}`;
  writeSync(1, `${name}\n`);
  if (points.includes(String(reached)) || points.includes(name)) process.kill(process.pid, "SIGKILL");
}

tellApiWrites(at);
await withSession({ file, lab }, async (session) => {
  const world = tellingWorld(session.world, at);
  const journal = tellingJournal(session.journal, at);
  const report: Report = (event) => {
    if (event.kind === "step-started") step = event.id.slice(event.id.indexOf(": ") + 2);
    session.context.report(event);
  };
  const context = { ...session.context, report };
  if (operation === "undo") {
    const entries = changesToUndo(journal, ["egress"]).entries;
    const options = { force: false, skipHosts: false };
    const { outcome } = await takeBack(entries, "lab", world, journal, context, options);
    if (outcome !== "done") process.exitCode = 1;
  } else {
    const confirm = async () => true;
    const { outcome } = await converge(session.file, world, journal, { ...context, confirm });
    if (outcome !== "done") process.exitCode = 1;
  }
});

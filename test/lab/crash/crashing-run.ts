/**
 * A program of its own that applies or undoes as the command does, and kills itself with SIGKILL at one point:
 *   crashing-run.ts LAB FILE apply|undo POINT
 * POINT 0 kills nowhere. Prints the name of every point it comes to: the ends of all writes, since between the end of
 * one and the beginning of the next nothing changes.
 */
import { writeSync } from "node:fs";
import { withSession } from "../../../src/cli/session.ts";
import { converge } from "../../../src/engine/converge.ts";
import { changesToUndo, takeBack } from "../../../src/engine/take-back.ts";
import { tellingJournal, tellingWorld } from "./points.ts";

const [lab = "", file = "", operation = "", point = "0"] = process.argv.slice(2);
let reached = 0;

function at(name: string): void {
  if (!name.startsWith("after ")) return;
  reached++;
  writeSync(1, `${name}\n`);
  if (reached === Number(point)) process.kill(process.pid, "SIGKILL");
}

await withSession({ file, lab }, async (session) => {
  const world = tellingWorld(session.world, at);
  const journal = tellingJournal(session.journal, at);
  if (operation === "undo") {
    const entries = changesToUndo(journal, ["egress"]);
    const options = { force: false, skipHosts: false };
    const { outcome } = await takeBack(entries, "lab", world, journal, session.context, options);
    if (outcome !== "done") process.exitCode = 1;
  } else {
    const confirm = async () => true;
    const { outcome } = await converge(session.file, world, journal, { ...session.context, confirm });
    if (outcome !== "done") process.exitCode = 1;
  }
});

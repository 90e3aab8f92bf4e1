/**
 * A program of its own that applies or undoes as the command does, and has something break at one point:
 *   faulty-run.ts LAB FILE apply|undo POINT FAULT...
 * POINT is a name as points.ts tells it; FAULT is what `wayout lab break` takes. Prints the outcome as JSON.
 */
import { execFileSync } from "node:child_process";
import { withSession } from "../../../src/cli/session.ts";
import { converge } from "../../../src/engine/converge.ts";
import { changesToUndo, takeBack } from "../../../src/engine/take-back.ts";
import { wayoutPath } from "../wayout-command.ts";
import { tellingJournal, tellingWorld } from "./points.ts";

const [lab = "", file = "", operation = "", point = "", ...fault] = process.argv.slice(2);
let broken = false;

function at(name: string): void {
  if (broken || name !== point) return;
  broken = true;
  execFileSync(wayoutPath, ["lab", "break", "--name", lab, ...fault], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

await withSession({ file, lab }, async (session) => {
  const world = tellingWorld(session.world, at);
  const journal = tellingJournal(session.journal, at);
  const { context } = session;
  const undoing = () =>
    takeBack(changesToUndo(journal, ["egress"]).entries, "lab", world, journal, context, {
      force: false,
      skipHosts: false,
    });
  const applying = () => converge(session.file, world, journal, { ...context, confirm: async () => true });
  const { outcome, problems = [] } = await (operation === "undo" ? undoing() : applying());
  const told = problems.map(({ code, summary, hint, at }) => ({ code, summary, hint, at }));
  process.stdout.write(`${JSON.stringify({ broken, outcome, problems: told })}\n`);
});

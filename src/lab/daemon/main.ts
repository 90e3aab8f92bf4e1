/** The lab's daemon: the only child of the first process of the lab's pid namespace. Its end is the lab's end. */
import { flushCompileCache } from "node:module";
import { messageOf, Problem } from "../../report/problem.ts";
import { readLaunchPlan } from "../client/launch-plan.ts";
import { placesOf } from "../client/places.ts";
import { openChannel } from "./channel.ts";
import { serveControls } from "./control-server.ts";
import { log, logFailure } from "./daemon-log.ts";
import { startLab } from "./lab.ts";

const [name = ""] = process.argv.slice(2);
const places = placesOf(name);
// The command that brings the lab up has gone before the lab was whole: half a lab is of no use to anybody.
const channel = await openChannel(() => process.exit(1));

try {
  const controls = await startLab({ places, plan: readLaunchPlan(places), holder: channel.holder });
  await serveControls(places.socket, controls);
  log("the lab is up");
  channel.say({ is: "ready" });
  await channel.release();
  // A lab ends by SIGKILL, so what was compiled is kept now: the next one starts sooner.
  flushCompileCache();
} catch (error) {
  logFailure(error);
  channel.say({ is: "failed", problem: problemOf(error).toJSON() });
  // The line is to arrive before this process ends.
  await channel.release();
  process.exit(1);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({
    code: "lab/start-failed",
    summary: `lab "${name}" could not be brought up`,
    detail: messageOf(error),
  });
}

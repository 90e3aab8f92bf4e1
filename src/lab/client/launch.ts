/**
 * Starts a lab's daemon so that it outlives the command and nothing outlives the daemon: a pid namespace whose
 * first process ends with the daemon, and a mount namespace that goes with it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Duplex } from "node:stream";
import { z } from "zod";
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import { cgroupName, hierarchies } from "./cgroups.ts";
import { problemSchema } from "./control.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import { exclusively } from "./lock.ts";
import { mustBeSafe } from "./own-folder.ts";
import { isAlive, readOwner, writeOwner } from "./owner.ts";
import { diskRoot, type LabPlaces, runRoot } from "./places.ts";
import { type ProcessId, processId, sendSignal } from "./process-id.ts";
import { removeLab } from "./remove.ts";

/** What the daemon says while it starts, one JSON object a line. */
const startupSchema = z.discriminatedUnion("is", [
  z.object({ is: z.literal("ready") }),
  z.object({ is: z.literal("failed"), problem: problemSchema }),
]);
export type Startup = z.infer<typeof startupSchema>;

/**
 * Returns when the lab is up, whole. Otherwise nothing of it is left.
 * @param signal ends the start.
 * @throws Problem lab/up, lab/starting, lab/interrupted, lab/start-failed, or what the daemon says.
 */
export async function launchLab(places: LabPlaces, plan: LaunchPlan, signal: AbortSignal): Promise<void> {
  await exclusively(async () => await claim(places), signal);
  try {
    writeFileSync(places.plan, JSON.stringify(plan), { mode: 0o600 });
    mkdirSync(places.disks, { recursive: true, mode: 0o700 });
    await start(places, signal);
  } catch (error) {
    await exclusively(async () => await removeLab(places));
    throw error;
  }
}

/** Takes the lab's name for this command, or throws where somebody has it. */
async function claim(places: LabPlaces): Promise<void> {
  const owner = readOwner(places.owner);
  if (isAlive(owner)) {
    throw new Problem({
      code: owner.starting ? "lab/starting" : "lab/up",
      summary: owner.starting
        ? `lab "${places.name}" is just being brought up by another command`
        : `lab "${places.name}" is already up`,
      hint: `End it with \`${command("wayout lab down", { options: [["--name", places.name]] })}\`, or choose another name with --name.`,
    });
  }
  await removeLab(places);
  for (const root of [runRoot, diskRoot]) {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    mustBeSafe(root);
  }
  mkdirSync(places.run, { mode: 0o700 });
  writeOwner(places.owner, { holder: self(), starting: true });
}

async function start(places: LabPlaces, signal: AbortSignal): Promise<void> {
  const log = openSync(places.log, "a", 0o600);
  const child = spawn(
    "/bin/sh",
    ["-c", outerScript, "wayout-lab", ...cgroupFiles(places), "--", ...inside(places)],
    {
      // A session of its own: neither the end of the terminal nor Ctrl-C in it reaches the lab.
      detached: true,
      stdio: ["ignore", log, log, "pipe"],
      cwd: "/",
      // Nothing of the user's environment: it may hold credentials of a real cloud.
      env: { PATH: systemPath, LANG: "C.UTF-8", HOME: "/root", ...compileCache() },
    },
  );
  const channel = child.stdio[3];
  if (!(channel instanceof Duplex)) throw new Error("a pipe of a child is no stream in both directions");
  const holder = child.pid === undefined ? undefined : processId(child.pid);
  if (!holder) throw startFailed(places, "The process could not be started.");
  writeOwner(places.owner, { holder, starting: true });
  const stop = (): void => sendSignal(holder.pid, "SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    // The daemon cannot see its own number from outside its pid namespace, and ssh needs it.
    channel.write(`${JSON.stringify({ holder: holder.pid })}\n`);
    await untilReady(channel, places, signal);
    writeOwner(places.owner, { holder, starting: false });
  } finally {
    signal.removeEventListener("abort", stop);
    channel.destroy();
    child.unref();
  }
}

async function untilReady(channel: Duplex, places: LabPlaces, signal: AbortSignal): Promise<void> {
  // A killed daemon resets the socket; the end of the lines says the same.
  channel.on("error", () => undefined);
  for await (const line of createInterface({ input: channel })) {
    const said = startupSchema.parse(JSON.parse(line));
    if (said.is === "ready") return;
    throw new Problem({
      hint: "Nothing of the lab is left. The lines above are the end of its log.",
      ...said.problem,
      detail: [said.problem.detail, logTail(places)].filter(Boolean).join("\n"),
    });
  }
  if (signal.aborted) {
    throw new Problem({
      code: "lab/interrupted",
      summary: `stopped while lab "${places.name}" was coming up`,
      detail: logTail(places),
      hint: "Nothing of the lab is left.",
    });
  }
  throw startFailed(places, logTail(places));
}

function startFailed(places: LabPlaces, detail: string): Problem {
  return new Problem({
    code: "lab/start-failed",
    summary: `the daemon of lab "${places.name}" ended while it was starting`,
    detail,
    hint: "Nothing of the lab is left. The lines above are the end of its log.",
  });
}

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What the command has compiled, the daemon need not compile again. */
function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE: folder } = process.env;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

/** Joins the lab's control groups, then becomes the outer process of the lab. */
const outerScript = `
while [ "$1" != -- ]; do
  # Without a writable cgroup file system the lab runs in the groups of whoever started it.
  mkdir -p "\${1%/*}" 2>/dev/null && echo 0 >"$1" 2>/dev/null
  shift
done
shift
exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- "$@"`;

/**
 * The first process of the pid namespace. A shell, because it reaps orphans, and ends when the daemon ends;
 * its end is the end of every process, mount and network namespace of the lab.
 */
const innerScript = `
mkdir -p /run/netns && mount -t tmpfs -o mode=755,nosuid,nodev wayout /run/netns || exit
"$@"
exit`;

function inside(places: LabPlaces): readonly string[] {
  const daemon = join(import.meta.dirname, "..", "daemon", "main.ts");
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", daemon, places.name];
  return ["/bin/sh", "-c", innerScript, "wayout-lab", ...node];
}

function cgroupFiles(places: LabPlaces): readonly string[] {
  return hierarchies().map((root) => join(root, cgroupName(places.name), "cgroup.procs"));
}

function self(): ProcessId {
  const id = processId(process.pid);
  if (!id) throw new Error("/proc does not know this process");
  return id;
}

function logTail(places: LabPlaces): string {
  return readFileSync(places.log, "utf8").trimEnd().split("\n").slice(-20).join("\n");
}

/** Runs one of the image's scripts so that nothing of it outlives this process: no process and no mount. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import { finished } from "node:stream/promises";
import { Problem } from "../../report/problem.ts";

export interface ScriptRun {
  readonly script: string;
  /** The script's settings; PATH and proxy variables of this process are passed on. */
  readonly environment: Readonly<Record<string, string>>;
  /** File that takes all output; kept for the user when the script fails. */
  readonly log: string;
}

/** Ends when the script has ended well. Throws Problem "lab/image-build-failed". */
export async function runScript(run: ScriptRun): Promise<void> {
  const log = createWriteStream(run.log, { flags: "a" });
  let tail = "";
  // The kernel kills `unshare` when we die (PR_SET_PDEATHSIG), `unshare` the first process of the pid namespace
  // (--kill-child), the kernel all others in it; mounts go with the last process of the mount namespace.
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", run.script],
    {
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", ...run.environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log.write(text);
      tail = (tail + text).slice(-1_500);
    });
  }
  // The log is whole before anyone is sent to it.
  const [[exitCode, signal]] = await Promise.all([
    once(child, "close").finally(() => log.end()),
    finished(log),
  ]);
  if (exitCode === 0) return;
  throw new Problem({
    code: "lab/image-build-failed",
    summary: `making the lab's server image failed in ${basename(run.script)}`,
    detail: `${signal === null ? `exit ${exitCode}` : `killed by ${signal}`}; the last it said:\n${tail.trim()}`,
    hint: `Packages come from the archive in /etc/apt: is it reachable? All output is in ${run.log}. Then run the command again.`,
    retry: true,
  });
}

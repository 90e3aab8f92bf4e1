/** Machines: Debian booted with its own init system by systemd-nspawn. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Problem } from "../../report/problem.ts";
import { removeCgroup } from "../client/cgroups.ts";
import { childrenOf, sendSignal } from "../client/process-id.ts";
import type { LabImageName } from "../state.ts";
import { prepareDisk } from "./disk.ts";
import type { Exit, RunningServer, StartOptions, StopSignal } from "./running-server.ts";
import { sshdListens } from "./sshd-listens.ts";

const bootScript = fileURLToPath(new URL("boot-machine.sh", import.meta.url));
/** systemd-nspawn --keep-unit ends so when the container asked for a reboot. */
const rebootExitCode = 133;
const stopTimeoutMs = 10_000;

export interface MachineOptions extends StartOptions {
  /** Control group of this machine alone, relative to the root of each hierarchy: wayout-demo/ecs-proxy. */
  readonly cgroup: string;
}

/** Boots a machine; resolves when its init system runs. Throws Problem "lab/server-start-failed". */
export async function startMachine(options: MachineOptions): Promise<RunningServer> {
  prepareDisk(options.disk, options.image.lower, options.files);
  const consolePath = join(options.disk, "console.log");
  const console = openSync(consolePath, "a");
  const nspawn = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "sh", bootScript],
    {
      stdio: ["ignore", console, console],
      env: {
        ...process.env,
        NAME: options.server,
        DISK: options.disk,
        LOWER: options.image.lower.join(":"),
        NAMESPACE: options.namespacePath,
        CGROUP: options.cgroup,
      },
    },
  );
  closeSync(console);
  let ended = false;
  const exited = once(nspawn, "exit").then(async ([exitCode]): Promise<Exit> => {
    ended = true;
    await removeCgroup(options.cgroup);
    return { reboot: exitCode === rebootExitCode };
  });
  const initPid = await firstProcess(nspawn, () => ended);
  if (initPid === undefined) {
    throw new Problem({
      code: "lab/server-start-failed",
      summary: `machine ${options.server} could not be booted`,
      detail: readFileSync(consolePath, "utf8").trim().slice(-1_500),
      hint: "systemd-nspawn (Debian package systemd-container) must be allowed namespaces and overlay mounts.",
    });
  }
  let asked: StopSignal | undefined;
  const outcome = exited.then(({ reboot }) => ({
    reboot: asked === undefined ? reboot : asked === "SIGINT",
  }));
  return {
    initPid,
    exited: outcome,
    ready: () => sshdListens(options.server, initPid, () => ended),
    stop: async (signal) => {
      asked ??= signal;
      if (signal !== "SIGKILL") {
        signalInit(initPid, options.image.name, signal);
        await Promise.race([outcome, sleep(stopTimeoutMs, undefined, { ref: false })]);
      }
      // systemd-nspawn outlives its init long enough to clean up; the other way round would leave init behind.
      if (!ended) sendSignal(initPid, "SIGKILL");
      return await outcome;
    },
  };
}

/** The container's init: the child of systemd-nspawn that is the first process of a pid namespace (proc(5), NSpid). */
async function firstProcess(nspawn: ChildProcess, hasEnded: () => boolean): Promise<number | undefined> {
  const pid = nspawn.pid;
  while (pid !== undefined && !hasEnded()) {
    const found = childrenOf(pid).find((child) => /^NSpid:.*\t1$/m.test(read(`/proc/${child}/status`)));
    if (found !== undefined) return found;
    await sleep(5);
  }
  return undefined;
}

/**
 * Asks the init system, in the way the machine's buttons would. systemd(1): SIGRTMIN+4 powers off, SIGINT is
 * ctrl-alt-del and reboots. SysV init: SIGPWR runs inittab's power failure line, SIGINT its ctrl-alt-del line.
 */
function signalInit(initPid: number, image: LabImageName, signal: "SIGTERM" | "SIGINT"): void {
  // libc keeps the first two real-time signals for itself, so SIGRTMIN is 34.
  const powerOff = image === "sysv" ? "SIGPWR" : 34 + 4;
  sendSignal(initPid, signal === "SIGINT" ? "SIGINT" : powerOff);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

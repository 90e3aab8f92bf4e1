/** Light servers: namespaces, a root overlay and sshd over the image of a machine, without an init system. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Problem } from "../../report/problem.ts";
import { prepareDisk } from "./disk.ts";
import type { Exit, RunningServer, StartOptions, StopSignal } from "./running-server.ts";
import { sshdListens } from "./sshd-listens.ts";

const keeperPath = fileURLToPath(new URL("light-keeper.pl", import.meta.url));

interface Starting {
  readonly server: string;
  started(server: RunningServer): void;
  failed(problem: Problem): void;
}

/** All light servers of a lab. They end with this process. */
export class LightServers {
  readonly #keeper: ChildProcessWithoutNullStreams;
  readonly #starting = new Map<string, Starting>();
  readonly #ending = new Map<string, (exit: Exit) => void>();
  #count = 0;

  private constructor(keeper: ChildProcessWithoutNullStreams) {
    this.#keeper = keeper;
  }

  /** Starts the process that keeps them. Network namespaces' names are those of our own mount namespace. */
  static async open(): Promise<LightServers> {
    const keeper = spawn("unshare", ["--mount", "--propagation", "private", "perl", keeperPath]);
    const servers = new LightServers(keeper);
    let errors = "";
    keeper.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-1_000);
    });
    const lines = createInterface({ input: keeper.stdout });
    const ready = once(lines, "line");
    keeper.once("close", () => servers.#keeperEnded(errors));
    await Promise.race([
      ready,
      once(keeper, "close").then(() => {
        throw keeperProblem(errors);
      }),
    ]);
    lines.on("line", (line) => servers.#told(line.split("\t")));
    return servers;
  }

  /** Resolves when the server's first process runs; `ready()` waits for its sshd. */
  async start(options: StartOptions): Promise<RunningServer> {
    prepareDisk(options.disk, options.image.lower, options.files);
    const id = String(this.#count++);
    return await new Promise((started, failed) => {
      this.#starting.set(id, { server: options.server, started, failed });
      const lower = options.image.lower.join(":");
      this.#tell("start", id, options.namespacePath, options.disk, options.server, lower);
    });
  }

  /** Kills all that run. */
  async close(): Promise<void> {
    const closed = once(this.#keeper, "close");
    this.#keeper.stdin.end();
    if (this.#keeper.exitCode === null && this.#keeper.signalCode === null) await closed;
  }

  #tell(...words: readonly string[]): void {
    this.#keeper.stdin.write(`${words.join("\t")}\n`);
  }

  #told([verb, id = "", text = ""]: readonly string[]): void {
    const starting = this.#starting.get(id);
    this.#starting.delete(id);
    if (verb === "started") {
      starting?.started(this.#running(id, starting.server, Number(text)));
    } else if (verb === "failed") {
      starting?.failed(startProblem(starting.server, text));
    } else if (verb === "exited") {
      // reboot(2) in a pid namespace ends its first process with SIGHUP, power off with SIGINT.
      this.#ending.get(id)?.({ reboot: Number(text) === constants.signals.SIGHUP });
      this.#ending.delete(id);
    }
  }

  #running(id: string, server: string, initPid: number): RunningServer {
    let ended = false;
    let asked: StopSignal | undefined;
    const exited = new Promise<Exit>((resolve) => {
      this.#ending.set(id, ({ reboot }) => {
        ended = true;
        resolve({ reboot: asked === undefined ? reboot : asked === "SIGINT" });
      });
    });
    return {
      initPid,
      exited,
      ready: () => sshdListens(server, initPid, () => ended),
      stop: async (signal) => {
        asked ??= signal;
        // There is nothing to shut down in order: files are in the kernel's hands, connections end with the namespace.
        this.#tell("kill", id, String(constants.signals.SIGKILL));
        return await exited;
      },
    };
  }

  #keeperEnded(errors: string): void {
    for (const { failed } of this.#starting.values()) failed(keeperProblem(errors));
    for (const end of this.#ending.values()) end({ reboot: false });
    this.#starting.clear();
    this.#ending.clear();
  }
}

function startProblem(server: string, detail: string): Problem {
  return new Problem({
    code: "lab/server-start-failed",
    summary: `light server ${server} could not be started`,
    detail,
    hint: "The kernel must allow namespaces and overlay mounts to root: `wayout lab up` needs a real or virtual machine, not a restricted container.",
  });
}

function keeperProblem(errors: string): Problem {
  return startProblem("(all)", errors.trim() || "the process that keeps the light servers ended");
}

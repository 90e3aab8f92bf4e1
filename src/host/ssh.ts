/**
 * Hosts over the system's OpenSSH client: the user's configuration, agent, keys and jump hosts are honoured.
 * One multiplexed connection per host; scripts go over stdin to `sh`, so the login shell may be anything.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../report/command.ts";
import { Problem } from "../report/problem.ts";
import { type Finished, runBounded } from "./bounded-process.ts";
import { commandFailed, noSshClient, sshProblem } from "./errors.ts";
import type { CommandResult, Host, HostAddress, HostFacts, RunOptions } from "./host.ts";
import { parseFacts } from "./probe/facts.ts";
import { probeScript } from "./probe/script.ts";
import { frame, unframe } from "./script.ts";
import { type SshFiles, sshFiles } from "./ssh-files.ts";
import { sshTarget } from "./ssh-target.ts";
import { runSsh } from "./told-process.ts";
import { hostByWays, waysTo } from "./ways.ts";

export interface SshOptions {
  /** Given to ssh as -F; by default ssh reads the user's own configuration. */
  readonly configFile?: string;
  /** Where the control sockets live; made with mode 0700. A short path: a socket's name has 104 bytes at most. */
  readonly controlDir: string;
  /** For the TCP connection and the greeting. */
  readonly connectTimeoutMs?: number;
  /** For a script without a time of its own. */
  readonly commandTimeoutMs?: number;
  /** An idle connection is kept this long. */
  readonly persistSeconds?: number;
  /** Per stream of one script. */
  readonly maxOutputBytes?: number;
  /** Ends every script that is under way; those that come afterwards are not begun. */
  readonly signal?: AbortSignal;
  /** Told of scripts that take longer than 5 s. */
  readonly tell?: (text: string) => void;
}

export interface Hosts {
  /** The same address gives the same host, with its connection and its remembered facts. */
  host(address: HostAddress): Host;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Socket names: 104 bytes on BSD and macOS, less "/", 12 digits, and the 17 that ssh adds while it makes one. */
const longestControlDir = 104 - 1 - 12 - 17 - 1;

/** The remote command. Quoted so that sh, csh and fish read it alike. The mark says that root's rights cannot be had. */
const asRoot = (mark: string): string =>
  'sh -c \'test "$(id -u)" = 0 && exec sh -s; ' +
  `sudo -n sh -c : || { echo ${notRoot(mark)} >&2; exit 1; }; exec sudo -n sh -s'`;

const notRoot = (mark: string): string => `${mark}-not-root`;

export function openHosts(options: SshOptions): Hosts {
  if (Buffer.byteLength(options.controlDir) > longestControlDir) {
    throw new Problem({
      code: "host/control-path-too-long",
      summary: `the path for SSH's sockets is longer than ${longestControlDir} bytes`,
      detail: options.controlDir,
      hint: "Choose a shorter one.",
    });
  }
  mkdirSync(options.controlDir, { recursive: true, mode: 0o700 });
  const files = sshFiles({
    controlDir: options.controlDir,
    connectSeconds: Math.max(1, Math.ceil((options.connectTimeoutMs ?? 10_000) / 1000)),
    ...(options.configFile === undefined ? {} : { configFile: options.configFile }),
  });
  const direct = new Map<string, SshHost>();
  const byWays = new Map<string, Host>();
  const shut = new Set<string>();
  const byOneWay = (address: HostAddress): SshHost =>
    remembered(direct, keyOf(address), () => new SshHost(address, options, files));
  return {
    host(address) {
      const ways = waysTo(address);
      if (ways.length === 1) return byOneWay(ways[0]);
      return remembered(byWays, ways.map(keyOf).join(" "), () =>
        hostByWays(address, ways.map(byOneWay), shut),
      );
    },
    async close() {
      await Promise.all([...direct.values()].map((host) => host.disconnect()));
      direct.clear();
      byWays.clear();
      files.remove();
    },
  };
}

function remembered<T>(all: Map<string, T>, key: string, make: () => T): T {
  const known = all.get(key);
  if (known) return known;
  const made = make();
  all.set(key, made);
  return made;
}

class SshHost implements Host {
  readonly address: HostAddress;
  private readonly options: SshOptions;
  private readonly files: SshFiles;
  private readonly socket: string;
  private remembered: Promise<HostFacts> | undefined;
  /** An ssh was started, and may have made the shared connection. */
  private began = false;
  /** The shared connection has worked, so a failure may be that of a connection that died unnoticed. */
  private connected = false;

  constructor(address: HostAddress, options: SshOptions, files: SshFiles) {
    this.address = address;
    this.options = options;
    this.files = files;
    const key = `${options.configFile} ${keyOf(address)}`;
    const name = createHash("sha256").update(key).digest("hex").slice(0, 12);
    this.socket = join(options.controlDir, name);
  }

  facts(options: { readonly anew?: boolean } = {}): Promise<HostFacts> {
    if (options.anew) this.remembered = undefined;
    this.remembered ??= this.probe();
    // A failed reading is not remembered.
    this.remembered.catch(() => {
      this.remembered = undefined;
    });
    return this.remembered;
  }

  /** A connection that died unnoticed (a reboot) is replaced once: reading twice does no harm. */
  async read(script: string, options: RunOptions = {}): Promise<CommandResult> {
    const wasConnected = this.connected;
    try {
      return await this.run(script, options, "shared");
    } catch (error) {
      if (!(wasConnected && error instanceof Problem && isLost(error.code))) throw error;
      return this.run(script, options, "shared");
    }
  }

  async write(script: string, options: RunOptions = {}): Promise<CommandResult> {
    return this.change(script, options, "shared");
  }

  async writeFresh(script: string, options: RunOptions = {}): Promise<CommandResult> {
    return this.change(script, options, "fresh");
  }

  /** Ends the shared connection; the next call makes a new one. */
  async disconnect(): Promise<void> {
    if (!this.began) return;
    const args = [
      ...["-F", this.files.config(), "-o", `ControlPath=${this.socket}`],
      ...["-O", "exit", ...this.target()],
    ];
    // What was stopped is not waited for: the connection ends by itself when it is idle.
    const timeoutMs = this.options.signal?.aborted ? 500 : 5000;
    await runBounded("ssh", args, "", { timeoutMs, maxBytes: 65536 }).catch(() => undefined);
  }

  private async probe(): Promise<HostFacts> {
    const result = await this.read(probeScript);
    if (result.exitCode !== 0) throw this.failed(result);
    return parseFacts(result.stdout, this.address.server);
  }

  private async change(
    script: string,
    options: RunOptions,
    connection: "shared" | "fresh",
  ): Promise<CommandResult> {
    this.remembered = undefined;
    const result = await this.run(script, options, connection).finally(() => {
      this.remembered = undefined;
    });
    if (result.exitCode !== 0) throw this.failed(result);
    return result;
  }

  private async run(
    script: string,
    options: RunOptions,
    connection: "shared" | "fresh",
  ): Promise<CommandResult> {
    const mark = `wayout-${randomBytes(8).toString("hex")}`;
    // First: where the address cannot be one, no ssh is started.
    const to = this.args(connection);
    const log = this.files.newLog();
    const args = ["-F", this.files.config(), "-E", log, ...to, asRoot(mark)];
    const timeoutMs = options.timeoutMs ?? this.options.commandTimeoutMs ?? 60_000;
    const maxBytes = this.options.maxOutputBytes ?? 16 * 1024 * 1024;
    const bounds = { timeoutMs, maxBytes, tell: this.options.tell, signal: this.options.signal };
    let finished: Finished;
    this.began = true;
    try {
      finished = await runSsh(this.address, args, frame(script, mark), bounds);
    } catch (error) {
      throw noSshClient(error);
    }
    const said = this.files.takeLog(log);
    // The command has ended, and nobody waits for this. Told that the host was lost, what still runs would report half of what it read.
    if (this.options.signal?.aborted) return new Promise<never>(() => undefined);
    const { began, exitCode, stdout, before } = unframe(finished.stdout, mark);
    if (exitCode !== undefined) {
      if (connection === "shared") this.connected = true;
      return { exitCode, stdout, stderr: finished.stderr };
    }
    // The shared connection may be the culprit: the next call must not find it again.
    if (connection === "shared" && (finished.timedOut || finished.exitCode === 255)) {
      this.connected = false;
      await this.disconnect();
    }
    throw sshProblem(this.address, {
      commandLine: this.commandLine(),
      exitCode: finished.exitCode,
      said,
      stderr: finished.stderr,
      printed: before,
      notRoot: finished.stderr.includes(notRoot(mark)),
      timedOut: finished.timedOut,
      timeoutMs,
      overflowed: finished.overflowed,
      began,
    });
  }

  private failed(result: CommandResult): Problem {
    return commandFailed(this.address, { commandLine: this.commandLine(), ...result });
  }

  /** As one would paste it: without the files that are gone by then. */
  private commandLine(): string {
    const { configFile } = this.options;
    const words = [...(configFile === undefined ? [] : ["-F", configFile]), "-o", "BatchMode=yes"];
    return commandLine(["ssh", ...words, ...this.target(), 'sh -c "id -u"']);
  }

  private args(connection: "shared" | "fresh"): string[] {
    const multiplexing =
      connection === "fresh"
        ? ["-o", "ControlMaster=no", "-o", "ControlPath=none"]
        : [
            ...["-o", "ControlMaster=auto", "-o", `ControlPath=${this.socket}`],
            ...["-o", `ControlPersist=${this.options.persistSeconds ?? 60}`],
          ];
    return [...multiplexing, "-T", ...this.target()];
  }

  private target(): readonly string[] {
    return sshTarget(this.address);
  }
}

/** An EIP moves from server to server: the connection to one of them, and what was read there, is not the other one's. */
function keyOf({ serverId, destination, user, port, jump }: HostAddress): string {
  return JSON.stringify([serverId, destination, user, port, jump]);
}

/** The connection, not the host's answer, is what failed. */
function isLost(code: string): boolean {
  return code === "host/unreachable" || code === "host/connection-lost";
}

/** A private world with a fabric in it, for one test: gone with the test's process, however that ends. */
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { vi } from "vitest";
import { z } from "zod";
import type { LabState } from "../../src/lab/state.ts";
import { writeState } from "./fabric-state.ts";

const answer = z.object({ ms: z.number().optional(), error: z.string().optional() });

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class World {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  private constructor() {
    const worker = new URL("./fabric-world-worker.ts", import.meta.url).pathname;
    const node = ["--disable-warning=ExperimentalWarning", worker];
    const args = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", process.execPath, ...node];
    this.#child = spawn("unshare", args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  static async open(): Promise<World> {
    const world = new World();
    await world.#answer();
    return world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    await closed;
  }

  /** Ends the world's first process as a crash would. */
  kill(): void {
    process.kill(this.#pid(), "SIGKILL");
  }

  /** Milliseconds the fabric took. */
  async converge(state: LabState): Promise<number> {
    return this.call({ method: "converge", state: writeState(state) });
  }

  async call(request: { readonly method: string; readonly [key: string]: unknown }): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async #answer(): Promise<number> {
    const next = await this.#answers.next();
    if (next.done) throw new Error("the world has ended");
    const { ms, error } = answer.parse(JSON.parse(next.value));
    if (error !== undefined) throw new Error(error);
    return ms ?? 0;
  }

  /** What reaches into a namespace of the world: the beginning of a command line. */
  enter(namespace: string): [string, ...string[]] {
    const pid = this.#pid();
    return ["nsenter", "-t", String(pid), "-m", "-p", "nsenter", `--net=/run/netns/${namespace}`];
  }

  /** Runs a shell script in a namespace; a non-zero exit is a result. */
  run(namespace: string, script: string): Promise<Ran> {
    const [command, ...args] = this.enter(namespace);
    return new Promise((resolve) => {
      execFile(command, [...args, "sh", "-c", script], { timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr });
      });
    });
  }

  /** The same, for what must work. */
  async must(namespace: string, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(namespace, script);
    if (code !== 0) throw new Error(`${namespace}: ${script}\nexit ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts something that runs until the world ends, and waits until `ready` succeeds in the same namespace. */
  async start(namespace: string, script: string, ready: string): Promise<void> {
    const [command, ...args] = this.enter(namespace);
    spawn(command, [...args, "sh", "-c", script], { stdio: "ignore" });
    await this.until(namespace, ready);
  }

  async until(namespace: string, script: string, withinMs = 10_000): Promise<void> {
    await vi.waitFor(() => this.must(namespace, script), { timeout: withinMs, interval: 20 });
  }

  async pings(namespace: string, address: string, options = "-c 1 -W 1"): Promise<boolean> {
    return (await this.run(namespace, `ping -n -q ${options} ${address}`)).code === 0;
  }

  /** Runs one of fabric-peers.ts; undefined when it says that it did not work. */
  async peer(namespace: string, ...words: readonly (string | number)[]): Promise<string | undefined> {
    const { code, stdout } = await this.run(namespace, peerCommand(words));
    return code === 0 ? stdout.trim() : undefined;
  }

  /** Starts the serving peer on an address of the namespace. */
  async serve(namespace: string, address: string, port: number): Promise<void> {
    const listens = `ss -Hltn | grep -qwF ${address}:${port + 1}`;
    await this.start(namespace, `exec ${peerCommand(["serve", address, port])}`, listens);
  }

  /** Starts a peer that talks over its input and output. */
  talk(namespace: string, ...words: readonly (string | number)[]): Talk {
    const [command, ...args] = this.enter(namespace);
    const script = `exec ${peerCommand(words)}`;
    return new Talk(spawn(command, [...args, "sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] }));
  }

  /** The first process of the world, as this machine's pid namespace counts it. */
  #pid(): number {
    const parent = this.#child.pid;
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8");
    return Number(children.trim());
  }
}

/** A peer that runs: lines in, lines out. */
export class Talk {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line; undefined when none comes in time or the peer has ended. */
  async hear(withinMs = 5000): Promise<string | undefined> {
    const line = this.#lines.next().then((next) => (next.done ? undefined : next.value));
    return Promise.race([line, wait(withinMs, undefined, { ref: false })]);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

function peerCommand(words: readonly (string | number)[]): string {
  const script = new URL("./fabric-peers.ts", import.meta.url).pathname;
  return [process.execPath, "--disable-warning=ExperimentalWarning", script, ...words].join(" ");
}

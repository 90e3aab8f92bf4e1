/** A DNS server in a namespace of the lab: dnsmasq with the lab's names only, started again when it dies. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { Problem } from "../../report/problem.ts";
import { internetHosts, internetNames } from "../state.ts";

/** So that a server that dies at once does not spin. */
const restartAfterMs = 200;
const startWithinMs = 5000;

export class Resolver {
  readonly #namespace: string;
  readonly #address: string;
  readonly #note: (text: string) => void;
  #child: ChildProcess | undefined;
  #stopped = false;

  /** `address`: where it answers, over UDP and TCP; it must exist in the namespace. */
  constructor(namespace: string, address: string, note: (text: string) => void) {
    this.#namespace = namespace;
    this.#address = address;
    this.#note = note;
  }

  /** Resolves when it answers. Problem "lab/dns" when it cannot start. */
  async start(): Promise<void> {
    await this.#spawn();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  #spawn(): Promise<void> {
    const args = [`--net=/run/netns/${this.#namespace}`, "dnsmasq", ...dnsmasqArguments(this.#address)];
    const child = spawn("nsenter", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    return new Promise((resolve, reject) => {
      let said = "";
      const fail = () => reject(cannotStart(this.#namespace, said));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        fail();
      }, startWithinMs);
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said = `${said}${text}`.slice(-2000);
        // dnsmasq says "started" once its sockets are bound.
        if (said.includes("started, version")) {
          clearTimeout(timer);
          resolve();
        }
      });
      child.on("error", fail);
      child.on("close", () => {
        clearTimeout(timer);
        fail();
        void this.#again();
      });
    });
  }

  async #again(): Promise<void> {
    if (this.#stopped) return;
    this.#note(`DNS server in ${this.#namespace} ended; starting it again`);
    await wait(restartAfterMs);
    if (this.#stopped) return;
    // A start that fails ends the child, and that brings us back here.
    await this.#spawn().catch((error: unknown) => this.#note(String(error)));
  }
}

function cannotStart(namespace: string, said: string): Problem {
  return new Problem({
    code: "lab/dns",
    summary: `The DNS server in ${namespace} did not start.`,
    detail: said.trim(),
    hint: "Is dnsmasq installed (Debian package dnsmasq-base)?",
  });
}

/** No upstream, no files of the machine: it knows the lab's Internet, and nothing else exists. */
function dnsmasqArguments(address: string): string[] {
  const hosts = { ...internetHosts };
  return [
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--pid-file=",
    "--log-facility=-",
    "--user=root",
    "--no-resolv",
    "--no-hosts",
    "--no-poll",
    "--cache-size=0",
    "--bind-interfaces",
    "--except-interface=lo",
    `--listen-address=${address}`,
    "--local-ttl=5",
    "--address=/#/",
    ...Object.entries(internetNames).map(
      ([host, name]) => `--host-record=${name},${hostAddress(hosts, host)}`,
    ),
  ];
}

function hostAddress(hosts: Readonly<Record<string, string>>, host: string): string {
  const address = hosts[host];
  if (address === undefined) throw new Error(`no Internet host called ${host}`);
  return address;
}

/** The lab's servers as running things: start, reboot, stop, and what the cloud says of them meanwhile. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import { setServerStatus } from "../api/operations/index.ts";
import type { Fabric } from "../fabric/fabric.ts";
import { networkOf, type ServerNic } from "../fabric/server-network.ts";
import type { LabImage } from "../images/ensure-image.ts";
import { firstFiles } from "../machines/first-files.ts";
import { LightServers } from "../machines/light-servers.ts";
import { startMachine } from "../machines/machine.ts";
import type { RunningServer, StartOptions } from "../machines/running-server.ts";
import type { LabServer, LabState } from "../state.ts";
import { vpcDnsAddress } from "../state.ts";
import { log } from "./daemon-log.ts";
import { entryCommand } from "./entry.ts";
import type { SshWorld } from "./ssh-world.ts";

/** As many as keep two processors busy; more only wait for each other. */
const startedAtOnce = 12;
/** The fabric's links. */
const mtu = 1500;

export interface ServersOptions {
  readonly state: LabState;
  readonly fabric: Fabric;
  readonly images: readonly LabImage[];
  readonly ssh: SshWorld;
  /** Directory of the servers' disks. */
  readonly disks: string;
  /** The machines' control groups are made below this one. */
  readonly cgroup: string;
}

export class Servers {
  readonly #options: ServersOptions;
  readonly #running = new Map<string, RunningServer>();
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #light: LightServers;

  private constructor(options: ServersOptions, light: LightServers) {
    this.#options = options;
    this.#light = light;
  }

  static async open(options: ServersOptions): Promise<Servers> {
    return new Servers(options, await LightServers.open());
  }

  /** Starts every server of the state. Rejects with the first one that does not come up. */
  async startAll(): Promise<void> {
    // Machines take longest, so they go first.
    const kinds = { machine: 0, light: 1 };
    const waiting = [...this.#options.state.servers.values()].sort((a, b) => kinds[a.kind] - kinds[b.kind]);
    const worker = async (): Promise<void> => {
      for (let server = waiting.shift(); server; server = waiting.shift()) await this.start(server.id);
    };
    await Promise.all(Array.from({ length: startedAtOnce }, worker));
  }

  /** Resolves when the server takes SSH connections. Where it does not come up, the cloud says ERROR. */
  start(serverId: string): Promise<void> {
    return this.#inTurn(serverId, () => this.#start(serverId));
  }

  /** Boots anew on the same disk; nothing of the kernel's state is kept. */
  reboot(serverId: string): Promise<void> {
    return this.#inTurn(serverId, async () => {
      this.#setStatus(serverId, "REBOOT");
      await this.#stop(serverId, "SIGINT");
      await this.#options.fabric.resetServer(serverId);
      await this.#start(serverId);
    });
  }

  /** Ends everything of the server at once; its disk stays. */
  cutPower(serverId: string): Promise<void> {
    return this.#inTurn(serverId, async () => {
      // First of all it is silent: what the kernel holds for it would go on otherwise while processes end.
      await this.#options.fabric.setCable(serverId, false);
      await this.#stop(serverId, "SIGKILL");
      await this.#options.fabric.resetServer(serverId);
      await this.#options.fabric.setCable(serverId, true);
      this.#setStatus(serverId, "SHUTOFF");
    });
  }

  /** Ends the server and removes its disk. */
  remove(serverId: string): Promise<void> {
    return this.#inTurn(serverId, async () => {
      await this.#stop(serverId, "SIGKILL");
      await rm(join(this.#options.disks, serverId), { recursive: true, force: true });
      this.#tails.delete(serverId);
    });
  }

  /** Runs a script as root inside the server. @throws Problem lab/command-failed, lab/not-running */
  async run(serverId: string, script: string): Promise<string> {
    const [program = "", ...args] = this.entry(serverId);
    return await new Promise((resolve, reject) => {
      execFile(program, [...args, "/bin/sh", "-c", script], { timeout: 30_000 }, (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else {
          const name = this.#options.state.servers.get(serverId)?.name ?? serverId;
          reject(
            new Problem({
              code: "lab/command-failed",
              summary: `a command inside ${name} failed`,
              detail: [stderr.trim(), error.message].filter(Boolean).join("\n"),
              hint: `\`${command("wayout lab exec", { operands: [name, "sh"] })}\` lets you look.`,
            }),
          );
        }
      });
    });
  }

  /** The command that runs what follows it inside the server. @throws Problem lab/not-running */
  entry(serverId: string): readonly string[] {
    const running = this.#running.get(serverId);
    if (running) return entryCommand(running.initPid);
    const server = this.#options.state.servers.get(serverId);
    throw new Problem({
      code: "lab/not-running",
      summary: `${server?.name ?? serverId} does not run${server ? `: it is ${server.status}` : ""}`,
      hint: server
        ? `\`${command("wayout lab reboot", { operands: [server.name] })}\` starts it.`
        : "`wayout lab status` lists the servers.",
    });
  }

  async #start(serverId: string): Promise<void> {
    const server = this.#options.state.servers.get(serverId);
    if (!server) return;
    try {
      const running = await this.#boot(server);
      this.#running.set(serverId, running);
      void running.exited.then((exit) => this.#ended(serverId, running, exit.reboot));
      await running.ready();
      this.#setStatus(serverId, "ACTIVE");
      log(`${server.name} is up`);
    } catch (error) {
      this.#setStatus(serverId, "ERROR");
      throw error;
    }
  }

  async #boot(server: LabServer): Promise<RunningServer> {
    const options = this.#startOptions(server);
    if (server.kind === "light") return await this.#light.start(options);
    return await startMachine({ ...options, cgroup: join(this.#options.cgroup, server.id) });
  }

  #startOptions(server: LabServer): StartOptions {
    const { state, fabric, images, ssh, disks } = this.#options;
    const image = images.find(({ name }) => name === server.image);
    if (!image)
      throw new Error(`${server.name} wants image ${server.image}, which this lab was started without`);
    const [nic, ...others] = networkOf(state, server.id);
    const ofNic = ({ device, address, prefix }: ServerNic) => ({ device, address: `${address}/${prefix}` });
    const network =
      nic && server.kind === "machine"
        ? { ...ofNic(nic), gateway: nic.gateway, mtu, others: others.map(ofNic) }
        : undefined;
    const hostname = hostnameOf(server.name);
    return {
      server: hostname,
      image,
      namespacePath: join("/run/netns", fabric.namespaceOf(server.id)),
      disk: join(disks, server.id),
      files: firstFiles({
        hostname,
        serverId: server.id,
        authorizedKeys: server.keyName === "" ? [] : [ssh.userKey],
        hostKey: ssh.hostKey,
        dns: nic?.dns ?? [vpcDnsAddress],
        ...(network ? { network } : {}),
      }),
    };
  }

  async #stop(serverId: string, signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const running = this.#running.get(serverId);
    // Taken out first: an end that was asked for is not a reboot or a shutdown from inside.
    this.#running.delete(serverId);
    await running?.stop(signal);
  }

  /** The server ended without being told to: `reboot` or `poweroff` inside it, or a crash. */
  #ended(serverId: string, running: RunningServer, reboot: boolean): void {
    if (this.#running.get(serverId) !== running) return;
    const name = this.#options.state.servers.get(serverId)?.name ?? serverId;
    log(`${name} ended by itself${reboot ? ", to boot anew" : ""}`);
    const next = reboot ? this.reboot(serverId) : this.#inTurn(serverId, () => this.#off(serverId, running));
    next.catch((error: unknown) => log(`${name}: ${String(error)}`));
  }

  async #off(serverId: string, running: RunningServer): Promise<void> {
    if (this.#running.get(serverId) !== running) return;
    this.#running.delete(serverId);
    this.#setStatus(serverId, "SHUTOFF");
  }

  /** Moves no packet, so it needs no turn between the changes that the API makes. */
  #setStatus(serverId: string, status: LabServer["status"]): void {
    const { state } = this.#options;
    if (state.servers.has(serverId)) setServerStatus(state, serverId, status);
  }

  /** One thing at a time happens to a server. */
  #inTurn<T>(serverId: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#tails.get(serverId) ?? Promise.resolve()).then(work);
    this.#tails.set(
      serverId,
      done.catch(() => undefined),
    );
    return done;
  }
}

/** The API takes nearly any text for a name; a host's name is stricter (hostname(7)). */
function hostnameOf(name: string): string {
  return (
    name
      .replaceAll(/[^A-Za-z0-9-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 63) || "server"
  );
}

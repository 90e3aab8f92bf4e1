/** The lab's network in the kernel: makes packets follow the cloud's state. */
import { Problem } from "../../report/problem.ts";
import type { LabState } from "../state.ts";
import { internetHosts, vpcDnsAddress } from "../state.ts";
import { changes, type Standing } from "./changes.ts";
import { internetNamespace, Names } from "./names.ts";
import type { PathLimit } from "./nat.ts";
import { Resolver } from "./resolver.ts";
import { runScript } from "./script.ts";
import { addressItems, networkOf } from "./server-network.ts";
import { type WantedNamespace, wantedNamespaces } from "./wanted.ts";

export interface FabricOptions {
  /** Told what the fabric does by itself (a DNS server started again). */
  readonly note: (text: string) => void;
}

/**
 * Works in the caller's mount namespace, whose /run/netns must be the lab's own. Calls are done one after the other.
 * Every method rejects with Problem "lab/fabric-command" when the kernel refuses; calling again repeats what is missing.
 */
export class Fabric {
  readonly #note: (text: string) => void;
  readonly #names = new Names();
  readonly #standing: Standing = new Map();
  readonly #resolvers = new Map<string, Resolver>();
  readonly #unplugged = new Set<string>();
  #pathLimit: PathLimit | null = null;
  #state: LabState | undefined;
  #queue: Promise<void> = Promise.resolve();
  /** A convergence that has not begun yet: it will see every change made until it does. */
  #waiting: Promise<void> | undefined;

  constructor(options: FabricOptions) {
    this.#note = options.note;
  }

  /** Brings the kernel to the state. The state is read when the turn comes, so the newest one counts. */
  converge(state: LabState): Promise<void> {
    this.#state = state;
    this.#waiting ??= this.#enqueue(async () => {
      this.#waiting = undefined;
      await this.#converge();
    });
    return this.#waiting;
  }

  /** Name of the server's network namespace, below /run/netns; the same as long as the server lives. */
  namespaceOf(serverId: string): string {
    const server = this.#state?.servers.get(serverId);
    if (!server) throw unknownServer(serverId);
    return this.#names.server(server);
  }

  /** For a reboot: the server's namespace and NICs are made anew, the same MACs, none of the old kernel state. */
  async resetServer(serverId: string): Promise<void> {
    const state = this.#known(serverId);
    this.#names.renew(serverId);
    await this.converge(state);
  }

  /** Addresses and default route of a server that has no init to do it. Light servers get them from `converge`. */
  async configureServer(serverId: string): Promise<void> {
    const state = this.#known(serverId);
    await this.#enqueue(async () => {
      const lines = addressItems(networkOf(state, serverId)).flatMap((item) => item.add);
      await runScript([
        {
          namespace: this.namespaceOf(serverId),
          tool: "ip",
          goal: "there",
          text: lines.join("\n"),
          done() {},
        },
      ]);
    });
  }

  /** Pulls the cable of all the server's NICs, or plugs it in: the server sees the carrier go and come. */
  async setCable(serverId: string, plugged: boolean): Promise<void> {
    const state = this.#known(serverId);
    if (plugged) this.#unplugged.delete(serverId);
    else this.#unplugged.add(serverId);
    await this.converge(state);
  }

  /** Limits the size of packets on the way beyond the EIPs, in both directions; null takes the limit away. */
  async setPathMtu(limit: PathLimit | null): Promise<void> {
    this.#pathLimit = limit;
    if (this.#state) await this.converge(this.#state);
  }

  /** Ends the fabric's processes and deletes its namespaces. */
  async close(): Promise<void> {
    await this.#enqueue(async () => {
      await Promise.all([...this.#resolvers.values()].map((resolver) => resolver.stop()));
      this.#resolvers.clear();
      await runScript(changes(this.#standing, new Map()));
    });
  }

  async #converge(): Promise<void> {
    const state = this.#state;
    if (!state) return;
    this.#names.follow(state);
    for (const id of this.#unplugged) if (!state.servers.has(id)) this.#unplugged.delete(id);
    const wanted = wantedNamespaces(state, {
      names: this.#names,
      unplugged: this.#unplugged,
      pathLimit: this.#pathLimit,
    });
    await this.#stopResolvers(wanted);
    await runScript(changes(this.#standing, wanted));
    await this.#startResolvers(wanted);
  }

  async #stopResolvers(wanted: ReadonlyMap<string, WantedNamespace>): Promise<void> {
    for (const [namespace, resolver] of this.#resolvers) {
      if (wanted.has(namespace) && this.#standing.get(namespace)?.making === wanted.get(namespace)?.making)
        continue;
      await resolver.stop();
      this.#resolvers.delete(namespace);
    }
  }

  async #startResolvers(wanted: ReadonlyMap<string, WantedNamespace>): Promise<void> {
    const missing = [...wanted].filter(
      ([name, { role }]) => (role === "router" || role === "internet") && !this.#resolvers.has(name),
    );
    await Promise.all(
      missing.map(async ([name]) => {
        const address = name === internetNamespace ? internetHosts.dns : vpcDnsAddress;
        const resolver = new Resolver(name, address, this.#note);
        this.#resolvers.set(name, resolver);
        await resolver.start();
      }),
    );
  }

  #known(serverId: string): LabState {
    if (!this.#state?.servers.has(serverId)) throw unknownServer(serverId);
    return this.#state;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function unknownServer(serverId: string): Problem {
  return new Problem({
    code: "lab/no-such-server",
    summary: "The lab's network knows no such server.",
    detail: serverId,
  });
}

/** An account in which a gateway's EIP goes from one proxy to two and back, run by run. Steps on hosts are left out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type AtPoint, tellingRun, tellingWorld } from "../../../test/lab/crash/points.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { type LabCloud, openLabCloud } from "../../cloud/testing/lab-cloud.ts";
import { addPublicIp, addServer, bindPublicIp } from "../../lab/api/operations/index.ts";
import { Problem } from "../../report/problem.ts";
import { type Probes, parseSpec, type SpecFile } from "../../spec/spec.ts";
import type { World } from "../../steps/world.ts";
import { apply } from "../apply.ts";
import { unsettledSteps } from "../carry-out.ts";
import type { Context } from "../context.ts";
import type { Journal, Operation, Run } from "../journal/journal.ts";
import { openSqliteJournal } from "../journal/sqlite-journal.ts";
import { look, type Work } from "../observe.ts";
import { staleSteps } from "../stale.ts";
import { undo } from "../undo.ts";
import { keyOf, withWays } from "../ways.ts";

/** Proxies by one letter each, and `publicIp`: "ab keep" is the pair of ecs-a and ecs-b. */
export type Ask = `${string} ${string}`;

export const given = "203.0.113.50";
const kinds = ["cloud/allocated-public-ip", "cloud/public-ip", "pair/virtual-ip", "pair/public-ip"];
const probes: Probes = {
  ping: ["198.51.100.10"],
  tcp: "",
  http: "",
  https: "",
  udp: "",
  dns: "",
  large: "",
};
const context: Context = {
  report: () => undefined,
  signal: new AbortController().signal,
  now: () => new Date(),
  probes,
  adopt: false,
};

const gently = { force: false, skipHosts: false };

class Killed extends Error {}

function specOf(ask: Ask): SpecFile {
  const [letters = "", publicIp] = ask.split(" ");
  const proxies = [...letters].map((letter) => `ecs-${letter}`).join(", ");
  const gateway = `{ name: egress, vpc: vpc-demo, proxies: [${proxies}], subnets: [subnet-app], publicIp: ${publicIp} }`;
  return parseSpec(`cloud: lab\ngateways: [${gateway}]\n`, "wayout.yaml");
}

/** Throws at the point with this number; 0 is none. An EIP that moves is also caught in the middle of it. */
function killer(point: number): { readonly at: AtPoint; readonly reached: () => number } {
  let reached = 0;
  return {
    at: (name) => {
      if (!name.startsWith("after ") && name !== "in cloud movePublicIp") return;
      reached++;
      if (reached === point) throw new Killed(name);
    },
    reached: () => reached,
  };
}

/** The same cloud; an EIP that moves stops while it is free and on its way. */
function haltingMoves(cloud: Cloud, at: AtPoint): Cloud {
  return {
    ...cloud,
    async movePublicIp(id, nicId, mark) {
      const nowhere = "00000000-0000-0000-0000-000000000000";
      const now = (await cloud.publicIps()).find((one) => one.id === id);
      if (now?.nicId !== undefined && now.nicId !== nicId) {
        await cloud.movePublicIp(id, nowhere, mark).catch(() => at("in cloud movePublicIp"));
      }
      await cloud.movePublicIp(id, nicId, mark);
    },
  };
}

export class Account {
  readonly cloud: Cloud;
  readonly #journal: Journal;
  readonly #start: string;

  constructor(cloud: Cloud, journal: Journal, start: string) {
    this.cloud = cloud;
    this.#journal = journal;
    this.#start = start;
  }

  /** @returns the points that it came to, or why nothing was done. */
  async apply(ask: Ask, killAt = 0): Promise<number | string> {
    const work = await this.#look(ask);
    if (typeof work === "string") return work;
    for (const step of work.steps) {
      const decision = (await step.observe(this.#world())).decide({ adopt: false });
      if (decision.action === "blocked") return decision.because;
    }
    let refused: string | undefined;
    const reached = await this.#run("apply", killAt, async (run, world) => {
      const unsettled = unsettledSteps(specOf(ask), this.#journal);
      const finished = new Set<string>();
      for (let moved = true; moved; ) {
        const work = await this.#must(ask);
        const left = work.steps.filter((step) => !finished.has(step.id));
        const applied = await apply([{ ...work, steps: left }], world, run, unsettled, context);
        expect(applied.failed).toBeUndefined();
        for (const { id } of applied.results) finished.add(id);
        moved = applied.moved;
      }
      const standing = this.#journal.standing();
      const keys = staleSteps(standing, await this.#must(ask)).map(({ entry }) => keyOf(entry));
      const stale = withWays(standing, new Set(keys));
      const { problems } = await undo(stale, world, run, context, gently);
      expect(problems.filter(({ code }) => code !== "undo/nic-has-eip")).toEqual([]);
      refused = problems[0]?.summary;
    });
    // Another EIP was asked for at the NIC from which the gateway's own came: the user does what the hint says.
    const inTheWay = / (\S+) is bound there by now$/.exec(refused ?? "")?.[1];
    const eip = (await this.cloud.publicIps()).find(({ address }) => address === inTheWay);
    if (eip) await this.cloud.unbindPublicIp(eip.id, "");
    return refused ?? reached;
  }

  async undo(killAt = 0): Promise<number> {
    return this.#run("undo", killAt, async (run, world) => {
      const undone = await undo(this.#journal.standing(), world, run, context, gently);
      expect(undone.problems).toEqual([]);
    });
  }

  /** The address outside, once everything is as asked. */
  async settled(ask: Ask): Promise<string | undefined> {
    const work = await this.#must(ask);
    for (const step of work.steps) {
      const decision = (await step.observe(this.#world())).decide({ adopt: false });
      expect(decision, `${ask}: ${step.title}`).toMatchObject({ action: "none" });
    }
    expect(staleSteps(this.#journal.standing(), work).map(({ entry }) => entry.title)).toEqual([]);
    return work.gateway.publicIp?.address;
  }

  /** Nothing stands in the journal. */
  isClean(): boolean {
    return this.#journal.standing().length === 0;
  }

  async expectStart(): Promise<void> {
    expect(await stateOf(this.cloud)).toBe(this.#start);
    expect(this.isClean()).toBe(true);
  }

  /** A run that is killed ends here, as one whose process is gone ends when the next one begins. */
  async #run(
    operation: Operation,
    killAt: number,
    work: (run: Run, world: World) => Promise<void>,
  ): Promise<number> {
    const { at, reached } = killer(killAt);
    const run = this.#journal.begin({ operation, cloud: "lab", gateways: ["egress"] });
    try {
      await work(tellingRun(run, at), this.#world(at));
    } catch (cause) {
      if (!(cause instanceof Killed)) throw cause;
    } finally {
      run.finish("done");
    }
    return reached();
  }

  #world(at: AtPoint = () => undefined): World {
    const world: World = {
      cloud: haltingMoves(this.cloud, at),
      host: ({ server }) => {
        throw new Error(`host ${server} was asked`);
      },
    };
    return tellingWorld(world, at);
  }

  async #must(ask: Ask): Promise<Work> {
    const work = await this.#look(ask);
    if (typeof work === "string") throw new Error(work);
    return work;
  }

  async #look(ask: Ask): Promise<Work | string> {
    try {
      const [work] = await look(specOf(ask), this.cloud, this.#journal, probes);
      if (!work) throw new Error("the spec has no gateway");
      return { ...work, steps: work.steps.filter(({ kind }) => kinds.includes(kind)) };
    } catch (cause) {
      if (cause instanceof Problem) return cause.summary;
      throw cause;
    }
  }
}

export async function stateOf(cloud: Cloud): Promise<string> {
  const [publicIps, nics] = await Promise.all([cloud.publicIps(), cloud.nics()]);
  const lines = publicIps.map(({ address, name, nicId }) => `${address} ${name} ${nicId ?? "free"}`);
  return [...lines.sort(), ...nics.map(({ id }) => id).sort()].join("\n");
}

/** @param withEip the proxies that have an EIP at the start, by their letters. */
export async function withAccount(
  withEip: string,
  work: (account: Account, lab: LabCloud["lab"]) => Promise<void>,
): Promise<void> {
  const { lab, cloud } = await openLabCloud();
  const folder = mkdtempSync(join(tmpdir(), "wayout-journal-"));
  const journal = openSqliteJournal(folder, "/a/wayout.yaml", () => new Date());
  try {
    for (const letter of "abc") {
      const { ports } = addServer(lab.state, { name: `ecs-${letter}`, nics: [{ subnetId: lab.subnet.id }] });
      const eip = withEip.includes(letter) ? addPublicIp(lab.state, { alias: `eip-${letter}` }) : undefined;
      if (eip && ports[0]) bindPublicIp(lab.state, eip.id, ports[0].id);
    }
    addPublicIp(lab.state, { alias: "partners-know-it", address: given });
    await work(new Account(cloud, journal, await stateOf(cloud)), lab);
  } finally {
    journal.close();
    rmSync(folder, { recursive: true });
    await lab.close();
  }
}

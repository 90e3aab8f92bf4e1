/**
 * A gateway's EIP while the gateway goes from one proxy to two and back, against the lab's API: the plan after it is empty,
 * undo of all is the start, and so it is where runs were killed. Steps on hosts are left out; the labs have them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AtPoint, tellingRun, tellingWorld } from "../../test/lab/crash/points.ts";
import type { Cloud, PublicIp } from "../cloud/cloud.ts";
import { type LabCloud, openLabCloud } from "../cloud/testing/lab-cloud.ts";
import { addPublicIp, addServer, bindPublicIp, removeServer } from "../lab/api/operations/index.ts";
import { Problem } from "../report/problem.ts";
import { type Probes, parseSpec, type SpecFile } from "../spec/spec.ts";
import type { World } from "../steps/world.ts";
import { apply } from "./apply.ts";
import { unsettledSteps } from "./carry-out.ts";
import type { Context } from "./context.ts";
import type { Journal, Operation, Run } from "./journal/journal.ts";
import { openSqliteJournal } from "./journal/sqlite-journal.ts";
import { look, type Work } from "./observe.ts";
import { staleSteps } from "./stale.ts";
import { undo } from "./undo.ts";
import { keyOf, withWays } from "./ways.ts";

/** Proxies by one letter each, and `publicIp`: "ab keep" is the pair of ecs-a and ecs-b. */
type Ask = `${string} ${string}`;

const given = "203.0.113.50";
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

const slow = { timeout: 60_000 };
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

class Account {
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

async function stateOf(cloud: Cloud): Promise<string> {
  const [publicIps, nics] = await Promise.all([cloud.publicIps(), cloud.nics()]);
  const lines = publicIps.map(({ address, name, nicId }) => `${address} ${name} ${nicId ?? "free"}`);
  return [...lines.sort(), ...nics.map(({ id }) => id).sort()].join("\n");
}

/** @param withEip the proxies that have an EIP at the start, by their letters. */
async function withAccount(
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

const journeys: readonly (readonly [withEip: string, asks: readonly Ask[]])[] = [
  ["b", ["a allocate", "ab allocate", "a allocate"]],
  ["", ["a allocate", "ab allocate", "b allocate", "bc allocate", "c keep"]],
  ["", ["ab allocate", "a allocate"]],
  ["", ["ab allocate", "b keep"]],
  ["", ["a allocate", "a keep", "ab keep", "a allocate"]],
  ["a", ["a keep", "ab keep", "a keep"]],
  ["a", ["a keep", "ab keep", "b keep", "bc keep", "c keep"]],
  ["a", ["ab keep", "a 203.0.113.11"]],
  ["", [`ab ${given}`, `a ${given}`]],
  ["", [`ab ${given}`, "b keep", "ab keep"]],
  ["", [`a ${given}`, "ab keep", "bc allocate", "b keep"]],
];

test.each(journeys)(
  "the same address all the way, with EIPs at '%s' at the start: %s",
  async (withEip, asks) => {
    await withAccount(withEip, async (account) => {
      const seen: (string | undefined)[] = [];
      for (const ask of asks) {
        expect(await account.apply(ask), ask).toBeTypeOf("number");
        seen.push(await account.settled(ask));
      }
      expect(new Set(seen).size, `${seen}`).toBe(1);
      expect(seen[0]).toBeDefined();
      await account.undo();
      await account.expectStart();
    });
  },
);

/** A pair whose EIP somebody has unbound. */
async function unboundPair(account: Account): Promise<PublicIp> {
  await account.apply("ab keep");
  const address = await account.settled("ab keep");
  const eip = (await account.cloud.publicIps()).find((one) => one.address === address);
  if (!eip) throw new Error("the pair has no EIP");
  await account.cloud.unbindPublicIp(eip.id, "");
  return eip;
}

test("the EIP of a pair comes back to it when somebody has unbound it, though the other proxy has one of its own", async () => {
  await withAccount("ab", async (account) => {
    const { address } = await unboundPair(account);
    await account.apply("ab keep");
    expect(await account.settled("ab keep")).toBe(address);
    await account.undo();
    await account.expectStart();
  });
});

test("a pair whose EIP is gone from the account is not seen as another one without a word", async () => {
  await withAccount("ab", async (account) => {
    await account.cloud.releasePublicIp((await unboundPair(account)).id);
    expect(await account.apply("ab keep")).toContain("the EIP of the pair is gone from the account");
  });
});

test("an EIP that the user has under the gateway's name is used, and not released", async () => {
  await withAccount("", async (account, lab) => {
    addPublicIp(lab.state, { alias: "wayout-egress", address: "203.0.113.60" });
    const start = await stateOf(account.cloud);
    for (const ask of ["a allocate", "ab allocate", "b allocate"] as const) {
      await account.apply(ask);
      expect(await account.settled(ask)).toBe("203.0.113.60");
    }
    await account.undo();
    expect(await stateOf(account.cloud)).toBe(start);
  });
});

test("an allocated EIP that the user has bound to a server of their own meanwhile is not released", async () => {
  await withAccount("", async (account, lab) => {
    await account.apply("a allocate");
    const [a, c] = ["ecs-a", "ecs-c"].map((name) =>
      lab.state.servers.values().find((one) => one.name === name),
    );
    removeServer(lab.state, a?.id ?? "");
    const [eip] = (await account.cloud.publicIps()).filter(({ name }) => name === "wayout-egress");
    const [nic] = await account.cloud.nics({ serverId: c?.id ?? "" });
    await account.cloud.bindPublicIp(eip?.id ?? "", nic?.id ?? "");
    await account.undo();
    expect(await account.cloud.publicIps()).toContainEqual({ ...eip, nicId: nic?.id, privateIp: nic?.ip });
    expect(account.isClean()).toBe(true);
  });
});

const asks = fc
  .tuple(fc.constantFrom("a", "b", "ab", "ba", "bc"), fc.constantFrom("keep", "allocate", given))
  .map(([letters, wish]): Ask => `${letters} ${wish}`);
const withEips = fc.constantFrom("", "a", "b", "ab", "abc");

test("whatever was asked for, undo of all is the start", slow, async () => {
  await fc.assert(
    fc.asyncProperty(withEips, fc.array(asks, { minLength: 1, maxLength: 5 }), async (withEip, all) => {
      await withAccount(withEip, async (account) => {
        for (const ask of all) {
          if (typeof (await account.apply(ask)) === "number") await account.settled(ask);
        }
        await account.undo();
        await account.expectStart();
      });
    }),
    { numRuns: 15 },
  );
});

test("killed anywhere, the same apply finishes it, and undo of all is the start", slow, async () => {
  const kills = fc.record({ apply: fc.integer({ min: 1, max: 20 }), undo: fc.integer({ min: 0, max: 15 }) });
  await fc.assert(
    fc.asyncProperty(
      withEips,
      fc.array(fc.tuple(asks, kills, fc.boolean()), { minLength: 1, maxLength: 4 }),
      async (withEip, all) => {
        await withAccount(withEip, async (account) => {
          for (const [ask, kill, again] of all) {
            const done = await account.apply(ask, kill.apply);
            if (typeof done === "number" && again) {
              expect(await account.apply(ask)).toBeTypeOf("number");
              await account.settled(ask);
            }
          }
          await account.undo(all[0]?.[1].undo);
          await account.undo();
          await account.expectStart();
        });
      },
    ),
    { numRuns: 15 },
  );
});

/** What is broken in a lab now. */
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import type { FaultStatus } from "../client/status.ts";
import type { Broken, FaultyLab } from "./fault.ts";
import { faults } from "./index.ts";

export class BrokenThings {
  readonly #lab: FaultyLab;
  /** By the words that broke it. */
  readonly #broken = new Map<string, Broken>();
  /** What ended by itself since it was broken: mending it once more is no mistake. */
  readonly #over = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(lab: FaultyLab) {
    this.#lab = lab;
  }

  list(): readonly FaultStatus[] {
    this.#forgetEnded();
    return [...this.#broken].map(([id, broken]) => statusOf(id, broken));
  }

  /** @param words the fault's name and arguments: ["mtu", "1400"] */
  async break(words: readonly string[]): Promise<FaultStatus> {
    return await this.#inTurn(async () => {
      this.#forgetEnded();
      const [name = "", ...rest] = words;
      const fault = faults.find((each) => each.name === name);
      if (!fault) {
        const names = faults.map((each) => each.name);
        throw new Problem({
          code: "lab/no-fault",
          summary: `no fault ${name}; ${suggestion(name, names, "fault")}`,
          hint: "`wayout lab break --help` lists them.",
        });
      }
      const id = words.join(" ");
      const before = [...this.#broken.keys()].find(
        (key) => key === id || (fault.single && key.startsWith(`${name} `)),
      );
      if (before !== undefined) {
        throw new Problem({
          code: "lab/already-broken",
          summary: `this is broken already: ${before}`,
          hint: `\`${command("wayout lab mend", { operands: before.split(" ") })}\` mends it.`,
        });
      }
      const broken = await fault.break(rest, this.#lab);
      this.#broken.set(id, broken);
      this.#over.delete(id);
      return statusOf(id, broken);
    });
  }

  /**
   * Mends what `id` names: a fault as it was broken ("mtu 1400"), or all of one name ("mtu"); everything without it.
   * Goes on after one that cannot be mended, and throws it at the end. What ended by itself needs no mending: none is returned.
   */
  async mend(id: string | undefined): Promise<readonly FaultStatus[]> {
    return await this.#inTurn(async () => {
      this.#forgetEnded();
      const isMeant = (key: string): boolean => id === undefined || key === id || key.startsWith(`${id} `);
      const wanted = [...this.#broken].filter(([key]) => isMeant(key));
      if (id !== undefined && wanted.length === 0 && ![...this.#over].some(isMeant)) {
        throw new Problem({
          code: "lab/not-broken",
          summary: `nothing is broken that is called ${id}; ${suggestion(id, [...this.#broken.keys()], "fault")}`,
          hint: "`wayout lab status` lists what is broken.",
        });
      }
      const mended: FaultStatus[] = [];
      const failures: unknown[] = [];
      // The last one first: two faults of one thing remember each what was before it.
      for (const [key, broken] of wanted.toReversed()) {
        try {
          await broken.mend();
          this.#broken.delete(key);
          mended.push(statusOf(key, broken));
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      return mended;
    });
  }

  #forgetEnded(): void {
    for (const [id, broken] of this.#broken) {
      if (!broken.isOver?.()) continue;
      this.#broken.delete(id);
      this.#over.add(id);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}

function statusOf(id: string, { effect, ends }: Broken): FaultStatus {
  return { id, effect, ...(ends === undefined ? {} : { ends }) };
}

/** Which calls meet which fault. Pure. */
import { type ArmedFault, faults } from "./faulty-way.ts";

export interface Case {
  readonly apply: ArmedFault;
  readonly undo: ArmedFault;
}

/**
 * Every call of both, each with every fault, once and from there on. Far from each other in turn, so that a part of them
 * has something of everything.
 */
export function allCases(applyCalls: readonly string[], undoCalls: readonly string[]): readonly Case[] {
  const of = (calls: readonly string[]): ArmedFault[] =>
    spread(
      [false, true].flatMap((lasting) =>
        faults.flatMap((fault) => calls.map((_, at) => ({ fault, call: at + 1, lasting }))),
      ),
    );
  return paired(of(applyCalls), of(undoCalls));
}

/** Each of them once; neighbours end up about a golden section of the list apart. */
function spread<T>(items: readonly T[]): T[] {
  const wanted = Math.max(1, Math.round(items.length * 0.618));
  const step = Array.from(items, (_, more) => wanted + more).find((candidate) =>
    coprime(candidate, items.length),
  );
  return items.flatMap((_, at) => items[(at * (step ?? 1)) % items.length] ?? []);
}

function coprime(a: number, b: number): boolean {
  return b === 0 ? a === 1 : coprime(b, a % b);
}

/** Each kind of write once, and each twentieth read, with one fault each: in turn, and every third of them lasting. */
export function sampledCases(applyCalls: readonly string[], undoCalls: readonly string[]): readonly Case[] {
  const of = (calls: readonly string[], offset: number): ArmedFault[] =>
    calls
      .flatMap((name, at) => {
        const sampled = name.startsWith("GET") ? at % 20 === 19 : calls.indexOf(name) === at;
        return sampled ? [at + 1] : [];
      })
      .map((call, turn) => ({
        fault: faults[(turn + offset) % faults.length] ?? "500",
        call,
        lasting: turn % 3 === 2,
      }));
  return paired(of(applyCalls, 0), of(undoCalls, 3));
}

/** A run of each with a fault, until each list is used up; the shorter one begins again. */
function paired(applies: readonly ArmedFault[], undos: readonly ArmedFault[]): readonly Case[] {
  return Array.from({ length: Math.max(applies.length, undos.length) }, (_, at) => {
    const apply = applies[at % applies.length];
    const undo = undos[at % undos.length];
    return apply && undo ? [{ apply, undo }] : [];
  }).flat();
}

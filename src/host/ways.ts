/** A host that more than one way leads to: where the first one is dead, it is reached by another one. */
import { Problem } from "../report/problem.ts";
import type { Host, HostAddress } from "./host.ts";
import { hostThrough } from "./through.ts";

/** The ways to a host, the first one first. Pure. */
export function waysTo({ otherJumps = [], ...first }: HostAddress): readonly [HostAddress, ...HostAddress[]] {
  return [first, ...otherJumps.map((jump) => ({ ...first, jump }))];
}

/**
 * Goes by the way that worked last. Where that does not lead to the host, nothing has begun there, and the others are
 * tried. Where none does, the first one's problem is told.
 */
export function hostByWays(address: HostAddress, ways: readonly Host[]): Host {
  let last = 0;
  async function go<T>(work: (way: Host, isAnother: boolean) => Promise<T>): Promise<T> {
    const order = ways.map((_, index) => index).sort((a, b) => Number(b === last) - Number(a === last));
    const problems = new Map<number, Problem>();
    for (const index of order) {
      const way = ways[index];
      if (!way) continue;
      try {
        const done = await work(way, index !== last);
        last = index;
        return done;
      } catch (cause) {
        if (!(cause instanceof Problem && cause.code === "host/unreachable")) throw cause;
        problems.set(index, cause);
      }
    }
    throw problems.get(0) ?? new Error(`no way to ${address.server} is known`);
  }
  return {
    ...hostThrough(address, (work) => go(work)),
    // What another way remembers may be from before a change that was made by this one.
    facts: (options) => go((way, isAnother) => way.facts(isAnother ? { anew: true } : options)),
  };
}

/** A host that more than one way leads to: where the first one is dead, it is reached by another one. */
import { Problem } from "../report/problem.ts";
import type { Host, HostAddress } from "./host.ts";
import { hostThrough } from "./through.ts";

/** The ways to a host, the first one first. Pure. */
export function waysTo({ otherJumps = [], ...first }: HostAddress): readonly [HostAddress, ...HostAddress[]] {
  return [first, ...otherJumps.map((jump) => ({ ...first, jump }))];
}

/**
 * Goes by the first way. Where that does not lead to the host, nothing has begun there, and the others are tried. Where
 * none does, the first one's problem is told.
 * @param shut jumps that led nowhere when they were last tried, of whichever host: these are tried last. A dead one costs
 * the whole time that a connection is waited for, and clients may be waiting for what is done.
 */
export function hostByWays(address: HostAddress, ways: readonly Host[], shut: Set<string>): Host {
  let last = 0;
  const jumpOf = (index: number): string => ways[index]?.address.jump ?? "";
  async function go<T>(work: (way: Host, isAnother: boolean) => Promise<T>): Promise<T> {
    const order = ways
      .map((_, index) => index)
      .sort((a, b) => Number(shut.has(jumpOf(a))) - Number(shut.has(jumpOf(b))));
    const problems = new Map<number, Problem>();
    for (const index of order) {
      const way = ways[index];
      if (!way) continue;
      try {
        const done = await work(way, index !== last);
        last = index;
        shut.delete(jumpOf(index));
        return done;
      } catch (cause) {
        if (!(cause instanceof Problem && cause.code === "host/unreachable")) throw cause;
        shut.add(jumpOf(index));
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

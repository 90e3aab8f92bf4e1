import type { Clock } from "../clock.ts";

/** A clock on which waiting takes no time; it remembers how long each wait was. */
interface FastClock extends Clock {
  readonly sleeps: readonly number[];
  advance(ms: number): void;
}

export function fastClock(random = 0.5): FastClock {
  const sleeps: number[] = [];
  let now = Date.now();
  return {
    sleeps,
    now: () => now,
    random: () => random,
    advance(ms) {
      now += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      now += ms;
    },
  };
}

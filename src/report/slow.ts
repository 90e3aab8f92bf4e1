/** Work that somebody else holds up is told while it lasts: a terminal that says nothing cannot be told from a hang. */

/** Then after twice the time, and so on. */
const firstAfterMs = 5_000;

export interface Slow {
  /** To be called when the work is over, however it ended. */
  end(): void;
}

/** @param text what is waited for, after so many milliseconds. */
export function tellWhileSlow(
  tell: ((text: string) => void) | undefined,
  text: (ms: number) => string,
): Slow {
  let afterMs = firstAfterMs;
  const say = (): void => {
    tell?.(text(afterMs));
    timer = setTimeout(say, afterMs);
    afterMs *= 2;
  };
  let timer = setTimeout(say, afterMs);
  return { end: () => clearTimeout(timer) };
}

/** "waiting for GET https://vpc.example/v1/p/vpcs: 5 s, 12 bytes so far; gives up after 25 s more" */
export function waitText(what: string, ms: number, bytes: number, allMs: number): string {
  const seconds = (some: number): string => `${Math.max(0, Math.round(some / 1000))} s`;
  return `waiting for ${what}: ${seconds(ms)}, ${bytes} bytes so far; gives up after ${seconds(allMs - ms)} more`;
}

/** Waiting until a read shows what a write asked for. */
import { CloudProblem } from "./errors.ts";
import type { Http } from "./http.ts";

const withinMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Reads until `isDone`, with growing pauses.
 * @throws CloudProblem cloud/unavailable when it is not so within a minute; `what` says what was waited for.
 */
export async function waitUntil<T>(
  http: Http,
  what: string,
  read: () => Promise<T>,
  isDone: (seen: T) => boolean,
): Promise<T> {
  const endMs = http.clock.now() + withinMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const seen = await read();
    if (isDone(seen)) return seen;
    if (http.clock.now() >= endMs) {
      throw new CloudProblem({
        code: "cloud/unavailable",
        summary: `the cloud took the change, but it does not show after ${Math.round(withinMs / 1000)} s: ${what}`,
        detail: `last seen: ${JSON.stringify(seen) ?? "nothing"}`,
        hint: "Look at the object in the cloud's console. Running it again goes on from what is there.",
        retry: true,
      });
    }
    await http.pause(pauseMs);
  }
}

/** When to repeat a call that failed, and how long to wait before. Pure. */

const firstWaitMs = 500;
const longestWaitMs = 30_000;

/** Doubling waits with half of each left to chance, so that many clients do not come back at once. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3). Undefined where it is absent or no such value. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // A date begins with its weekday; Date.parse makes a year of many a number.
  const date = /^[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The wait before the next attempt; undefined: give up. `attempt` counts from 1. */
export function waitBeforeRetry(options: {
  readonly attempt: number;
  readonly attempts: number;
  readonly retryAfter: string | undefined;
  readonly nowMs: number;
  /** When the call has to be over, with all that is left of it. */
  readonly endMs: number;
  readonly random: number;
}): number | undefined {
  if (options.attempt >= options.attempts) return undefined;
  // What a cloud asks for is a least time; where all wait the same, all come back at the same moment.
  const asked = retryAfterMs(options.retryAfter, options.nowMs) ?? 0;
  const spread = Math.round(asked + Math.min(asked / 10, 1_000) * options.random);
  const waitMs = Math.max(spread, backoffMs(options.attempt, options.random));
  // A cloud that asks for more time than is left is not waited for: the user is told instead.
  return options.nowMs + waitMs < options.endMs ? waitMs : undefined;
}

/** Answers that say "not now" (408: RFC 9110, 15.5.9) and that a repeated call of the same kind may well not get. */
const passing = new Set([408, 429, 500, 502, 503, 504]);

/** A POST is repeated only where it was certainly not carried out: turned away at the door. */
export function mayRepeat(
  call: { readonly method: string; readonly repeatable?: boolean },
  status: number,
): boolean {
  if (call.method === "POST" && call.repeatable !== true) return status === 429;
  return passing.has(status);
}

/** Calls to a cloud's API: few at a time, repeated where that is safe, failures told as problems. */
import type { JsonValue } from "../report/json-value.ts";
import { tellWhileSlow, waitText } from "../report/slow.ts";
import { mayRepeat, waitBeforeRetry } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { SettingsHints } from "./error-texts.ts";
import {
  plainTextProblem,
  problemOfAnswer,
  problemOfFailure,
  requestIdOf,
  shownUrl,
  stoppedProblem,
} from "./errors.ts";
import { openGate } from "./gate.ts";
import { Redactor } from "./redactor.ts";
import { isSafeUrl, openWire, type TlsSettings, type WireAnswer, WireFailure } from "./wire.ts";

export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. A text and not a value, because a signature covers its bytes. */
  readonly body?: string;
  /** This POST changes nothing when it is made twice (asking for a token). */
  readonly repeatable?: boolean;
}

/** What is told about each attempt; nothing in it is secret. */
export interface TracedCall {
  readonly method: string;
  readonly url: string;
  /** Absent where no answer came. */
  readonly status?: number;
  /** Why no whole answer came. */
  readonly failure?: string;
  readonly durationMs: number;
  /** The cloud's own name for the call, for its support. */
  readonly requestId?: string;
  /** Counted from 1. */
  readonly attempt: number;
}

export interface HttpOptions {
  readonly tls?: TlsSettings;
  /** For one attempt. Default 30,000. */
  readonly timeoutMs?: number;
  /** For all attempts of a call and the waits between them. Default 120,000. */
  readonly deadlineMs?: number;
  /** How often a call is made at most. Default 4. */
  readonly attempts?: number;
  readonly clock?: Clock;
  readonly redactor?: Redactor;
  /** What to check in the settings of the cloud. */
  readonly settings?: SettingsHints;
  /** Ends every call that is under way or waiting. */
  readonly signal?: AbortSignal;
  readonly trace?: (call: TracedCall) => void;
  /** Told of what takes longer than 5 s. */
  readonly tell?: (text: string) => void;
}

export interface Http {
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Waits; CloudProblem cloud/stopped when the signal aborts. */
  pause(ms: number): Promise<void>;
  /** A 2xx answer, or CloudProblem. */
  call(call: HttpCall): Promise<WireAnswer>;
  close(): void;
}

/** OTC throttles those who send many more. */
const callsAtOnce = 4;

/** A longer wait before a call is repeated is told when it begins. */
const longWaitMs = 5_000;

export function openHttp(options: HttpOptions = {}): Http {
  const wire = openWire(options.tls ?? { verify: true });
  const clock = options.clock ?? systemClock;
  const redactor = options.redactor ?? new Redactor();
  const mayBePlain = options.tls?.verify === false;
  const attempts = options.attempts ?? 4;
  const deadlineMs = options.deadlineMs ?? 120_000;
  const gate = openGate(callsAtOnce);

  async function attempt(call: HttpCall, made: number, leftMs: number): Promise<WireAnswer | WireFailure> {
    const startMs = clock.now();
    const timeoutMs = Math.min(options.timeoutMs ?? 30_000, leftMs);
    const shown = `${call.method} ${redactor.clean(shownUrl(call.url))}`;
    let bytes = 0;
    const slow = tellWhileSlow(options.tell, (ms) => waitText(shown, ms, bytes, timeoutMs));
    const answer = await wire
      .send({
        method: call.method,
        url: call.url,
        headers: {
          Accept: "application/json",
          "User-Agent": "wayout",
          ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
          ...call.headers,
        },
        timeoutMs,
        onBytes: (sum) => {
          bytes = sum;
        },
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      })
      .catch((error: unknown) => {
        if (error instanceof WireFailure) return error;
        throw error;
      })
      .finally(() => slow.end());
    options.trace?.({
      method: call.method,
      url: redactor.clean(shownUrl(call.url)),
      ...(answer instanceof WireFailure
        ? { failure: redactor.clean(answer.message) }
        : { status: answer.status, ...requestIdIn(answer, redactor) }),
      durationMs: clock.now() - startMs,
      attempt: made,
    });
    return answer;
  }

  async function pause(ms: number): Promise<void> {
    await clock.sleep(ms, options.signal).catch((error: unknown) => {
      throw options.signal?.aborted ? stoppedProblem() : error;
    });
  }

  return {
    clock,
    redactor,
    pause,
    close: () => wire.close(),
    async call(call) {
      if (!isSafeUrl(call.url) && !mayBePlain) throw plainTextProblem(call.url);
      // From the first attempt on: calls that wait for others are not late yet.
      let endMs: number | undefined;
      for (let made = 1; ; made += 1) {
        const outcome = await gate(() => {
          endMs ??= clock.now() + deadlineMs;
          return attempt(call, made, Math.max(1, endMs - clock.now()));
        });
        const failed = { method: call.method, url: call.url, attempts: made };
        const unanswered = outcome instanceof WireFailure;
        if (!unanswered && outcome.status >= 200 && outcome.status < 300) return outcome;
        const repeat = unanswered ? mayRepeatUnanswered(call, outcome) : mayRepeat(call, outcome.status);
        const waitMs = repeat
          ? waitBeforeRetry({
              attempt: made,
              attempts,
              retryAfter: unanswered ? undefined : outcome.headers["retry-after"],
              nowMs: clock.now(),
              endMs: endMs ?? clock.now(),
              random: clock.random(),
            })
          : undefined;
        if (waitMs === undefined) {
          throw unanswered
            ? problemOfFailure(failed, outcome, redactor, options.settings)
            : problemOfAnswer(failed, outcome, redactor, options.settings);
        }
        const why = unanswered ? outcome.message : `the answer ${outcome.status}`;
        if (waitMs > longWaitMs) {
          options.tell?.(
            `waiting ${Math.round(waitMs / 1000)} s before ${call.method} ${redactor.clean(shownUrl(call.url))} is sent again, after ${redactor.clean(why)}`,
          );
        }
        await pause(waitMs);
      }
    },
  };
}

function mayRepeatUnanswered(call: HttpCall, failure: WireFailure): boolean {
  if (failure.fault === "unreachable") return true;
  const passing = failure.fault === "timeout" || failure.fault === "broken";
  return passing && (call.method !== "POST" || call.repeatable === true);
}

function requestIdIn(answer: WireAnswer, redactor: Redactor): { readonly requestId?: string } {
  const id = requestIdOf(answer);
  return id === undefined ? {} : { requestId: redactor.clean(id) };
}

export function jsonBody(value: JsonValue): string {
  return JSON.stringify(value);
}

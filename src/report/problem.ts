/** What every error of Wayout says: which rule it broke, what happened, and what to do about it. */
import { oneLine } from "./visible.ts";

export interface ProblemFields {
  /** Stable name, listed in docs/errors.md: "boundary/cause", for example "cloud/not-found". */
  readonly code: string;
  /** What is wrong. Told in one line. */
  readonly summary: string;
  /** What was seen: request and answer, command and output, file and line. Never a secret. */
  readonly detail?: string;
  /** What the user can do now. */
  readonly hint?: string;
  /** True when the same call may well succeed a little later. */
  readonly retry?: boolean;
  /** Where it happened, added once by the engine: which step and which object. */
  readonly at?: { readonly step: string; readonly object: string };
  readonly cause?: unknown;
}

/** Texts in it are often of others: the whole output of a host, a name of a hundred thousand letters. */
const longestText = 8_000;

/** An expected failure, told to the user in words. Anything else that is thrown is a fault of Wayout. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: string;
  readonly summary: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly retry: boolean;
  readonly at: { readonly step: string; readonly object: string } | undefined;

  constructor(fields: ProblemFields) {
    // Of one line each, whatever names they repeat: the next line would be taken for Wayout's own.
    const summary = oneLine(cut(fields.summary));
    super(summary, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.summary = summary;
    this.detail = fields.detail && cut(fields.detail);
    this.hint = fields.hint === undefined ? undefined : oneLine(cut(fields.hint));
    this.retry = fields.retry ?? false;
    this.at = fields.at;
  }

  /** The same problem with its place in the run. A place once set stays. */
  where(at: { readonly step: string; readonly object: string }): Problem {
    return this.at ? this : this.saying({ at });
  }

  /** The same problem, and its cause, told with more or in other words. */
  saying(words: Partial<Omit<ProblemFields, "code" | "retry">>): Problem {
    return new Problem({ ...this.toJSON(), cause: this.cause, ...words });
  }

  toJSON(): Omit<ProblemFields, "cause"> {
    return {
      code: this.code,
      summary: this.summary,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      retry: this.retry,
      ...(this.at === undefined ? {} : { at: this.at }),
    };
  }
}

/** The beginning says what it is, and the end of an output what went wrong. */
function cut(text: string): string {
  // With some room, so that a text that was cut once is not cut again.
  if (text.length <= longestText + 100) return text;
  const half = longestText / 2;
  return `${text.slice(0, half)} [${text.length - longestText} characters left out] ${text.slice(-half)}`;
}

/** What was thrown, in a line for people. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

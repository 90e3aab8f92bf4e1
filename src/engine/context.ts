import type { Report } from "../report/events.ts";
import type { Probes } from "../spec/spec.ts";
import type { Logins } from "./recorded-login.ts";

/** What every part of the engine is given from outside. */
export interface Context {
  readonly report: Report;
  /** Aborted by Ctrl-C: work stops between two steps. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Hosts of the Internet by which the way out is proven. */
  readonly probes: Probes;
  /** Take foreign objects over where a step allows it. */
  readonly adopt: boolean;
  /** What wayout.yaml says of logins; without it, undo logs in where the cloud says alone. */
  readonly logins?: Logins;
}

/**
 * - `error`: 500 in the service's own form
 * - `throttle`: 429, with Retry-After where `retryAfterSeconds` is given
 * - `hang`: no answer, the connection stays open
 * - `drop`: the connection is closed before the request is looked at
 * - `lose-answer`: the request is done, and the connection closed instead of an answer
 * - `expire-tokens`: every token given out so far ends, then the request is looked at
 */
export type ApiFaultKind = "error" | "throttle" | "hang" | "drop" | "lose-answer" | "expire-tokens";

export interface ApiFault {
  readonly kind: ApiFaultKind;
  /** How many calls it meets before it ends; unlimited unless given. */
  readonly calls?: number;
  /** Only calls with this method. */
  readonly method?: string;
  /** Only paths that begin with the text, or match the pattern. Without the query. */
  readonly path?: string | RegExp;
  readonly retryAfterSeconds?: number;
}

export interface ActiveFault {
  readonly id: number;
  readonly fault: ApiFault;
  /** Infinity without a limit. */
  readonly callsLeft: number;
}

/** The faults that the API has right now. The first one that fits a call is the one that it meets. */
export class ApiFaults {
  readonly #active = new Map<number, ActiveFault>();
  #count = 0;

  /** Its number, for `clear`. */
  add(fault: ApiFault): number {
    this.#count += 1;
    const callsLeft = fault.calls ?? Number.POSITIVE_INFINITY;
    if (callsLeft > 0) this.#active.set(this.#count, { id: this.#count, fault, callsLeft });
    return this.#count;
  }

  list(): readonly ActiveFault[] {
    return [...this.#active.values()];
  }

  /** Ends one fault, or all of them. */
  clear(id?: number): void {
    if (id === undefined) this.#active.clear();
    else this.#active.delete(id);
  }

  /** The fault that this call meets; it is counted as met. */
  meet(method: string, path: string): ApiFault | undefined {
    const active = this.#active.values().find((each) => fits(each.fault, method, path));
    if (!active) return undefined;
    const callsLeft = active.callsLeft - 1;
    if (callsLeft > 0) this.#active.set(active.id, { ...active, callsLeft });
    else this.#active.delete(active.id);
    return active.fault;
  }
}

function fits(fault: ApiFault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === "string" ? path.startsWith(fault.path) : fault.path.test(path);
}

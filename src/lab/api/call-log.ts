/** One answered request. */
export interface LoggedCall {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Milliseconds, by the API's clock. */
  readonly at: number;
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  /** It is of the kind that changes the cloud; asking for a token is not. */
  readonly writes: boolean;
}

const kept = 10_000;

/** The last calls, oldest first. */
export class CallLog {
  #calls: LoggedCall[] = [];

  add(call: LoggedCall): void {
    this.#calls.push(call);
    // Cut rarely, so that a call costs no copy of ten thousand.
    if (this.#calls.length >= 2 * kept) this.#calls = this.#calls.slice(-kept);
  }

  list(): readonly LoggedCall[] {
    return this.#calls.slice(-kept);
  }
}

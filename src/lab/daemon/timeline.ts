/** What happened in the lab and when: for the log, for `lab up` while it waits, and for finding where time goes. */

export interface LabEvent {
  /** Milliseconds since the daemon started. */
  readonly atMs: number;
  readonly text: string;
}

/** More than this is of no use to a reader; a lab may live for days. */
const kept = 2000;

export class Timeline {
  readonly #startedAt: number;
  readonly #events: LabEvent[] = [];
  readonly #listeners = new Set<(event: LabEvent) => void>();

  /** @param startedAt on the clock of `performance.now()` */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get events(): readonly LabEvent[] {
    return this.#events;
  }

  /** Bound, so that it can be handed on as a plain function. */
  readonly note = (text: string): void => {
    const event = { atMs: Math.round(performance.now() - this.#startedAt), text };
    this.#events.push(event);
    if (this.#events.length > kept) this.#events.shift();
    process.stdout.write(`${new Date().toISOString()} +${event.atMs} ms  ${text}\n`);
    for (const listener of this.#listeners) listener(event);
  };

  /** Returns the function that ends the listening. */
  listen(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

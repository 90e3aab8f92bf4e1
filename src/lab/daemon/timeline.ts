/** What happened in the lab and when: for the log, for `lab up` while it waits, and for finding where time goes. */
import type { LabEvent } from "../client/status.ts";

/** More than this is of no use to a reader; a lab may live for days. */
const kept = 2000;

export class Timeline {
  readonly #events: LabEvent[] = [];
  readonly #listeners = new Set<(event: LabEvent) => void>();

  get events(): readonly LabEvent[] {
    return this.#events;
  }

  /** For people who wait. Bound, as `detail` is, so that it can be handed on as a plain function. */
  readonly note = (text: string): void => {
    const event = this.#keep(text);
    for (const listener of this.#listeners) listener(event);
  };

  /** For the log alone. */
  readonly detail = (text: string): void => {
    this.#keep(text);
  };

  /** Hears the notes. Returns the function that ends it. */
  listen(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(text: string): LabEvent {
    const event = { atMs: Math.round(performance.now()), text };
    this.#events.push(event);
    if (this.#events.length > kept) this.#events.shift();
    process.stdout.write(`${new Date().toISOString()} +${event.atMs} ms  ${text}\n`);
    return event;
  }
}

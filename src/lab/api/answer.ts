/** What an endpoint answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Starts once the change is committed; nobody waits for it, and it takes care of its own failures. */
  readonly afterwards?: () => void;
  /** The request was only tried: what it changed is taken back. */
  readonly discard?: true;
}

import { randomBytes } from "node:crypto";

/** What a token opens. */
export type Scope = "project" | "domain" | "none";

export interface Token {
  readonly methods: readonly string[];
  readonly scope: Scope;
  /** Milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** OTC's tokens are signed documents of several KiB; a client that cannot carry such a header should fail here too. */
const tokenBytes = 1536;

export class Tokens {
  readonly #tokens = new Map<string, Token>();
  readonly #lifetimeMs: number;
  readonly #now: () => number;

  constructor(lifetimeMs: number, now: () => number) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  /** A token made from another one does not live longer than that one. */
  issue(methods: readonly string[], scope: Scope, until = Number.POSITIVE_INFINITY) {
    this.#forgetExpired();
    const issuedAt = this.#now();
    const token: Token = {
      methods,
      scope,
      issuedAt,
      expiresAt: Math.min(issuedAt + this.#lifetimeMs, until),
    };
    const id = `MII${randomBytes(tokenBytes).toString("base64url")}`;
    this.#tokens.set(id, token);
    return { id, token };
  }

  /** The token, unless it is unknown or its time is over. */
  find(id: string): Token | undefined {
    const token = this.#tokens.get(id);
    return token && this.#now() < token.expiresAt ? token : undefined;
  }

  expireAll(): void {
    this.#tokens.clear();
  }

  #forgetExpired(): void {
    for (const [id, token] of this.#tokens) if (token.expiresAt <= this.#now()) this.#tokens.delete(id);
  }
}

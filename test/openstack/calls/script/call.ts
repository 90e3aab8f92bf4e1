/** One call of the script: its name in the report, what is sent, and what of the answer must be equal in both clouds. */
import type { Service } from "../endpoint.ts";

export interface Wish {
  readonly service?: Service;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Paths of the answer whose values must be equal in both clouds. */
  readonly same?: readonly string[];
}

export type Call = (name: string, method: string, path: string, wish?: Wish) => Promise<unknown>;

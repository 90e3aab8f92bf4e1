import type { z } from "zod";
import type { LabServer, LabState } from "../state.ts";
import type { Answer } from "./answer.ts";
import type { Changes } from "./changes.ts";
import type { Jobs } from "./ecs-v1/jobs.ts";
import { Failed } from "./errors/family.ts";
import type { Token, Tokens } from "./identity/tokens.ts";
import type { Subject } from "./operations/refused.ts";

/** Who starts and stops the machines behind the servers. */
export interface ServerMachines {
  /** Resolves when the machine is up. */
  create(server: LabServer): Promise<void>;
  /** Resolves when nothing of the machine is left. */
  remove(serverId: string): Promise<void>;
}

/** What the handlers of every API work with. */
export interface ApiContext {
  readonly state: LabState;
  readonly changes: Changes;
  readonly tokens: Tokens;
  readonly jobs: Jobs;
  readonly machines: ServerMachines;
  /** Where this API is reached, without a slash at the end. */
  readonly url: string;
  readonly now: () => Date;
}

/** One request, as handlers see it. */
export class Call {
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly #params: Readonly<Record<string, string>>;
  readonly #token: Token | undefined;

  constructor(fields: {
    readonly params: Readonly<Record<string, string>>;
    readonly query: URLSearchParams;
    readonly body: unknown;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly token: Token | undefined;
  }) {
    this.#params = fields.params;
    this.query = fields.query;
    this.body = fields.body;
    this.path = fields.path;
    this.headers = fields.headers;
    this.#token = fields.token;
  }

  /** A part of the path, such as `id` in `/v1/:project/vpcs/:id`. */
  param(name: string): string {
    const value = this.#params[name];
    if (value === undefined) throw new Error(`no ${name} in the path of this endpoint`);
    return value;
  }

  /** The caller's token; only endpoints that ask for no token are called without one. */
  token(): Token {
    if (!this.#token) throw new Failed("unauthorized", "The request you have made requires authentication.");
    return this.#token;
  }

  /** The body as the schema has it, or the API's answer for a body that it cannot read. */
  read<T>(schema: z.ZodType<T>): T {
    const result = schema.safeParse(this.body);
    if (result.success) return result.data;
    const [first] = result.error.issues;
    const place = first?.path.join(".") ?? "";
    throw new Failed(
      "unreadable",
      `Invalid input${place ? ` for ${place}` : ""}: ${first?.message ?? "no body"}`,
    );
  }
}

export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `:name` for what varies; `:project` has to be the token's project. */
  readonly path: string;
  /** Which object it is about: VPC v1 has codes of its own for each. */
  readonly subject: Subject;
  readonly writes: boolean;
  /** Which token it asks for. */
  readonly token: "none" | "any" | "project";
  handle(call: Call, api: ApiContext): Answer;
}

type Handle = Endpoint["handle"];

/** An endpoint that changes nothing. */
export function reads(subject: Subject, path: string, handle: Handle): Endpoint {
  return { method: "GET", path, subject, writes: false, token: "project", handle };
}

/** An endpoint that changes the state; it answers once packets follow. */
export function writes(
  subject: Subject,
  method: "POST" | "PUT" | "DELETE",
  path: string,
  handle: Handle,
): Endpoint {
  return { method, path, subject, writes: true, token: "project", handle };
}

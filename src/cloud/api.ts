/** A cloud's services as one set of calls, by the paths of its API reference. Drivers are written on this. */
import type { z } from "zod";
import type { JsonValue } from "../report/json-value.ts";
import { readAnswer } from "./answer.ts";
import type { ServiceName, Session } from "./auth/session.ts";
import { CloudProblem, isCloudProblem, naming, ofPath } from "./errors.ts";
import { type Http, type HttpCall, jsonBody } from "./http.ts";
import { openMemoryBound } from "./memory-bound.ts";
import type { RightOf } from "./rights.ts";
import type { WireAnswer } from "./wire.ts";

type Query = Readonly<Record<string, string | number | undefined>>;

/** One request in the words of the API reference. */
export interface ApiRequest {
  readonly service: ServiceName;
  /** "/v1/{project}/vpcs/{id}": {project} is the session's, the others come from `ids`. */
  readonly path: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Query;
  /** Besides those of the session. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with the size of the answer. */
  readonly onBytes?: (bytes: number) => void;
}

export interface Api {
  readonly http: Http;
  get<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T>;
  /** Undefined where the cloud has no such object. */
  find<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T | undefined>;
  post<T>(request: ApiRequest, body: JsonValue, schema: z.ZodType<T>): Promise<T>;
  put<T>(request: ApiRequest, body: JsonValue, schema: z.ZodType<T>): Promise<T>;
  /** What is already gone is a success. */
  delete(request: ApiRequest): Promise<void>;
}

/** @param rightOf which right a call needs, for those that are not allowed. */
export function openApi(http: Http, session: Session, rightOf: RightOf = () => undefined): Api {
  const memory = openMemoryBound();

  async function send(
    method: HttpCall["method"],
    request: ApiRequest,
    body?: JsonValue,
  ): Promise<{ readonly call: HttpCall; readonly answer: WireAnswer }> {
    const call: HttpCall = {
      method,
      url: await urlOf(request, session),
      ...(body === undefined ? {} : { body: jsonBody(body) }),
    };
    const headers = await session.authorize(call);
    const asked = { ...call, headers: { ...request.headers, ...headers } };
    try {
      return { call, answer: await http.call(asked) };
    } catch (error) {
      // 401 means that nothing was done, so any method may be replayed: once, and with a new login.
      if (!isCloudProblem(error, "cloud/unauthorized") || !(await session.renew(headers))) throw error;
      const anew = { ...request.headers, ...(await session.authorize(call)) };
      return { call, answer: await http.call({ ...call, headers: anew }) };
    }
  }

  /** As `send`; a refusal names the right that is missing, and a path that is missing is no object that is. */
  async function ask(...call: Parameters<typeof send>): ReturnType<typeof send> {
    try {
      return await send(...call);
    } catch (error) {
      const [method, { path, ids }] = call;
      if (!(error instanceof CloudProblem)) throw error;
      const problem = naming(rightOf(method, path), error);
      throw method === "GET" && ids === undefined ? ofPath(problem) : problem;
    }
  }

  async function read<T>(
    method: HttpCall["method"],
    request: ApiRequest,
    schema: z.ZodType<T>,
    body?: JsonValue,
  ): Promise<T> {
    const { call, answer } = await ask(method, request, body);
    request.onBytes?.(answer.body.length);
    const read = readAnswer(schema, answer, call, http.redactor);
    memory.check();
    return read;
  }

  return {
    http,
    get: (request, schema) => read("GET", request, schema),
    async find(request, schema) {
      if (!Object.values(request.ids ?? {}).every(isPathId)) return undefined;
      try {
        return await read("GET", request, schema);
      } catch (error) {
        if (isCloudProblem(error, "cloud/not-found")) return undefined;
        throw error;
      }
    },
    post: (request, body, schema) => read("POST", request, schema, body),
    put: (request, body, schema) => read("PUT", request, schema, body),
    async delete(request) {
      try {
        await ask("DELETE", request);
      } catch (error) {
        if (!isCloudProblem(error, "cloud/not-found")) throw error;
      }
    },
  };
}

/** An empty id would turn one object's path into the list's, dots would climb to the parent's. */
function isPathId(id: string): boolean {
  return !/^\.*$/.test(id);
}

async function urlOf(request: ApiRequest, session: Session): Promise<URL> {
  const ids = {
    ...request.ids,
    ...(request.path.includes("{project}") ? { project: await session.projectId() } : {}),
  };
  for (const [name, id] of Object.entries(ids)) {
    if (!isPathId(id)) throw new Error(`${request.path}: "${id}" cannot be the ${name}`);
  }
  const path = Object.entries(ids).reduce(
    (filled, [name, id]) => filled.replaceAll(`{${name}}`, encodeURIComponent(id)),
    request.path,
  );
  const url = new URL(`${await session.endpoint(request.service)}${path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

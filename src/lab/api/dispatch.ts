import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { messageOf } from "../../report/problem.ts";
import type { LabCloudKind } from "../state.ts";
import type { Answer } from "./answer.ts";
import type { CallLog } from "./call-log.ts";
import { CommitFailed } from "./changes.ts";
import { type ApiContext, Call, type Endpoint } from "./endpoint.ts";
import { type ErrorFamily, Failed, gatewayAnswer } from "./errors/family.ts";
import type { ApiFault, ApiFaults } from "./faults.ts";
import { type AccessKey, faultOfSignature, isSigned } from "./identity/signature.ts";
import type { Token, Tokens } from "./identity/tokens.ts";
import { Refused, type Subject } from "./operations/refused.ts";
import { errorsFor } from "./services.ts";

/** What every request passes before it reaches an endpoint. */
export interface Gate {
  readonly faults: ApiFaults;
  readonly log: CallLog;
  readonly tokens: Tokens;
  readonly accessKey: AccessKey;
  readonly now: () => number;
  readonly cloud: LabCloudKind;
}

export interface Served {
  readonly endpoint: Endpoint;
  readonly errors: ErrorFamily;
  readonly api: ApiContext;
  readonly gate: Gate;
}

/** Takes one request through faults, token and handler to its answer. */
export async function dispatch(request: FastifyRequest, reply: FastifyReply, served: Served): Promise<void> {
  const { endpoint, errors, gate } = served;
  const fault = gate.faults.meet(request.method, pathOf(request));
  if (fault?.kind === "expire-tokens") gate.tokens.expireAll();
  const early = fault && faultAnswer(fault, errors, endpoint.subject);
  if (early === "hang" || early === "drop") {
    return abandon(request, reply, gate, endpoint.writes, early === "drop");
  }
  const answer = early ?? (await answerOf(request, served));
  if (fault?.kind === "lose-answer") return abandon(request, reply, gate, endpoint.writes, true);
  await send(request, reply, gate, answer, endpoint.writes);
}

/** Answers for a path that the lab's cloud does not have. */
export async function dispatchUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
): Promise<void> {
  const path = pathOf(request);
  const writes = request.method !== "GET" && request.method !== "HEAD";
  const errors = errorsFor(path);
  const fault = gate.faults.meet(request.method, path);
  const early = fault && faultAnswer(fault, errors, "vpc");
  if (early === "hang" || early === "drop") return abandon(request, reply, gate, writes, early === "drop");
  const words = `The lab's cloud does not have ${request.method} ${path}.`;
  // OTC has more than the lab has built of it. A plain OpenStack has nothing below OTC's paths.
  const failure = gate.cloud === "openstack" && path.startsWith("/v1/") ? "missing" : "not-built";
  await send(request, reply, gate, early ?? errors.failed(failure, words, "vpc"), writes);
}

/** Answers for a request that did not get as far as an endpoint, such as one with a huge body. */
export async function dispatchBroken(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
): Promise<void> {
  const answer = errorsFor(pathOf(request)).failed("unreadable", messageOf(error), "vpc");
  await send(request, reply, gate, answer, request.method !== "GET");
}

function faultAnswer(
  fault: ApiFault,
  errors: ErrorFamily,
  subject: Subject,
): Answer | "hang" | "drop" | undefined {
  switch (fault.kind) {
    case "error":
      return errors.failed("fault", "A fault of the lab: the service fails.", subject);
    case "throttle": {
      const answer = errors.failed("throttled", "A fault of the lab: too many requests.", subject);
      const { retryAfterSeconds } = fault;
      return retryAfterSeconds === undefined
        ? answer
        : { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
    }
    case "hang":
    case "drop":
      return fault.kind;
    default:
      return undefined;
  }
}

async function answerOf(request: FastifyRequest, served: Served): Promise<Answer> {
  const { endpoint, errors, api } = served;
  try {
    const call = readCall(request, served);
    const work = () => endpoint.handle(call, api);
    if (!endpoint.writes) return await api.changes.read(work);
    const answer = await api.changes.write(work, (result) => result.discard !== true);
    answer.afterwards?.();
    return answer;
  } catch (error) {
    if (error instanceof SignatureRefused) return gatewayAnswer("unauthorized", error.message);
    if (error instanceof Refused) return errors.refused(error);
    if (error instanceof Failed) return errors.failed(error.failure, error.message, endpoint.subject);
    const words =
      error instanceof CommitFailed ? `${error.message} ${messageOf(error.cause)}` : messageOf(error);
    return errors.failed("fault", words, endpoint.subject);
  }
}

function readCall(request: FastifyRequest, { endpoint, gate, api }: Served): Call {
  const token = callerOf(request, api, gate);
  requireToken(endpoint, token);
  const params = paramsOf(request);
  if (params.project !== undefined && params.project !== api.state.project.id) {
    throw new Failed("wrong-project", `${params.project} is not the project of the token.`);
  }
  return new Call({
    params,
    query: new URLSearchParams(request.url.split("?")[1] ?? ""),
    body: bodyOf(request),
    path: pathOf(request),
    headers: request.headers,
    token,
  });
}

/** The gateway turns such a request away before any service sees it. */
class SignatureRefused extends Error {}

/** Who calls: the holder of a token, or of the access key, whose signed calls are as good as those with a token. */
function callerOf(request: FastifyRequest, api: ApiContext, gate: Gate): Token | undefined {
  const { method, url: target, headers, body } = request;
  if (!isSigned(headers)) {
    const token = headers["x-auth-token"];
    return typeof token === "string" ? gate.tokens.find(token) : undefined;
  }
  const signed = { method, target, headers, body: typeof body === "string" ? body : "" };
  const fault = faultOfSignature(signed, gate.accessKey, api.state.cloud, gate.now());
  if (fault !== undefined) throw new SignatureRefused(`Incorrect IAM authentication information: ${fault}`);
  const project = headers["x-project-id"];
  if (project !== undefined && project !== api.state.project.id) {
    throw new Failed("wrong-project", `${project} is not a project of the access key.`);
  }
  const now = gate.now();
  return { methods: ["access-key"], scope: "project", issuedAt: now, expiresAt: now };
}

function requireToken(endpoint: Endpoint, token: Token | undefined): void {
  if (endpoint.token === "none") return;
  const enough = token && (endpoint.token === "any" || token.scope === "project");
  if (!enough) throw new Failed("unauthorized", "The request you have made requires authentication.");
}

function bodyOf(request: FastifyRequest): unknown {
  const { body } = request;
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new Failed("unreadable", "The body is not JSON.");
  }
}

function paramsOf(request: FastifyRequest): Record<string, string> {
  const { params } = request;
  if (typeof params !== "object" || params === null) return {};
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? request.url;
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
  answer: Answer,
  writes: boolean,
): Promise<void> {
  note(request, gate, answer.status, writes);
  const id = randomUUID();
  reply.code(answer.status).headers({ "X-Request-Id": id, "X-Openstack-Request-Id": `req-${id}` });
  if (answer.headers) reply.headers(answer.headers);
  if (answer.body === undefined) await reply.send();
  else await reply.type("application/json").send(JSON.stringify(answer.body));
}

function abandon(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: Gate,
  writes: boolean,
  close: boolean,
): void {
  note(request, gate, 0, writes);
  reply.hijack();
  if (close) request.raw.socket.destroy();
}

function note(request: FastifyRequest, gate: Gate, status: number, writes: boolean): void {
  gate.log.add({ method: request.method, path: request.url, at: gate.now(), status, writes });
}

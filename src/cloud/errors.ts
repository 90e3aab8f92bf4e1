/** Every way a call to a cloud can fail, as a `Problem`. The only place that judges statuses, codes and messages. */
import { Problem, type ProblemFields } from "../report/problem.ts";
import { type ErrorBody, readErrorBody } from "./error-body.ts";
import {
  type CloudProblemCode,
  hints,
  type SettingsHints,
  settingsHints,
  summaries,
  wrongCloudHint,
} from "./error-texts.ts";
import type { Redactor } from "./redactor.ts";
import { actionIn } from "./rights.ts";
import { type WireAnswer, WireFailure, type WireFault } from "./wire.ts";

type CloudProblemFields = ProblemFields & { readonly code: CloudProblemCode };

/** What the cloud answered. */
interface Answered {
  readonly status?: number;
  /** VPC.2812, SecurityGroupRuleExists, ... */
  readonly cloudCode?: string;
  /** Of cloud/forbidden: the right that is missing, where it is known. */
  readonly action?: string;
}

/** A problem of the cloud boundary; the cloud's own status and code stay readable for the driver. */
export class CloudProblem extends Problem {
  declare readonly code: CloudProblemCode;
  readonly #answered: Answered;

  constructor(fields: CloudProblemFields, answered: Answered = {}) {
    super(fields);
    this.#answered = answered;
  }

  get status(): number | undefined {
    return this.#answered.status;
  }

  get cloudCode(): string | undefined {
    return this.#answered.cloudCode;
  }

  get action(): string | undefined {
    return this.#answered.action;
  }

  /** Of the same answer, told in other words or judged otherwise. */
  override saying(words: Partial<CloudProblemFields>, more: Answered = {}): CloudProblem {
    const same = { ...this.toJSON(), code: this.code, cause: this.cause };
    return new CloudProblem({ ...same, ...words }, { ...this.#answered, ...more });
  }
}

/** The same refusal, naming the right that is missing; one that is named already stays. */
export function naming(action: string | undefined, problem: CloudProblem): CloudProblem {
  if (action === undefined || problem.action !== undefined || problem.code !== "cloud/forbidden")
    return problem;
  const summary = summaries["cloud/forbidden"];
  return problem.saying(
    {
      summary: problem.summary.replace(summary, `${summary}: ${action} is missing`),
      hint: `Ask the account's administrator for a role or policy that allows ${action}. docs/ has a page on each cloud with all rights that are needed.`,
    },
    { action },
  );
}

/**
 * Of a list: it names no object, so a 404 is of its path, and the cloud is of another kind or elsewhere. An object that
 * the list was to be of has a code of its own.
 */
export function ofPath(problem: CloudProblem): CloudProblem {
  const { status, cloudCode = "" } = problem;
  const ofObject = causeOfCode.some(([pattern]) => pattern.test(cloudCode));
  if (problem.code !== "cloud/not-found" || status !== 404 || ofObject) return problem;
  const code = "cloud/not-supported";
  return problem.saying({
    code,
    summary: problem.summary.replace(summaries["cloud/not-found"], summaries[code]),
    hint: wrongCloudHint,
  });
}

export function isCloudProblem(error: unknown, ...codes: readonly CloudProblemCode[]): error is CloudProblem {
  return error instanceof CloudProblem && codes.some((code) => code === error.code);
}

/** The call that failed, as far as it may be shown. */
interface FailedCall {
  readonly method: string;
  readonly url: URL;
  readonly attempts: number;
}

/** Codes that mean the same whichever status they come with (OTC documents them without one). */
const causeOfCode: readonly (readonly [RegExp, CloudProblemCode])[] = [
  [/^APIG(W)?\.0308$/, "cloud/throttled"],
  [/^APIG(W)?\.0101$/, "cloud/not-supported"],
  [/^APIG(W)?\.0301$/, "cloud/unauthorized"],
  [
    /^(OverQuota|.*QuotaExceeded|VPC\.0521|VPC\.9905|Ecs\.0001|Ecs\.0013|AllowedAddressPairExhausted)$/,
    "cloud/quota",
  ],
  // Destination already in the table, EIP bound elsewhere or busy, NIC has an EIP, EIP in use, duplicate rule.
  [/^(VPC\.2812|VPC\.051[0127]|VPC\.0509|VPC\.9902|VPC\.0120|SecurityGroupRuleExists)$/, "cloud/conflict"],
  [/^(VPC\.2808|VPC\.0003|VPC\.0504|VPC\.9904|Ecs\.0114)$/, "cloud/not-found"],
];

/** Wait and repeat: the object is being changed by somebody else right now. */
const busyCodes = new Set(["VPC.0512"]);

function causeOf(status: number, body: ErrorBody): CloudProblemCode {
  const named = causeOfCode.find(([pattern]) => body.code !== undefined && pattern.test(body.code));
  if (named) return named[1];
  if (status === 401) return "cloud/unauthorized";
  if (status === 403) return "cloud/forbidden";
  // A page or a bare text with 404 is a server that has no such API; a missing object is told in JSON.
  if (status === 404) return body.message !== "" && !body.fromApi ? "cloud/not-supported" : "cloud/not-found";
  if (status === 409 || status === 412) return "cloud/conflict";
  if (status === 413 || status === 429) return "cloud/throttled";
  if (status === 405 || status === 501) return "cloud/not-supported";
  if (status === 408 || status >= 500) return "cloud/unavailable";
  if (status >= 300 && status < 400) return "cloud/bad-answer";
  return "cloud/bad-request";
}

const requestIdHeaders = ["x-request-id", "x-openstack-request-id", "x-compute-request-id"];

/** The name under which the cloud's support finds the call. */
export function requestIdOf(answer: WireAnswer): string | undefined {
  return requestIdHeaders.map((name) => answer.headers[name]).find((id) => id !== undefined);
}

/** The problem that an answer outside 2xx is. @param settings what to check in the settings of the cloud. */
export function problemOfAnswer(
  call: FailedCall,
  answer: WireAnswer,
  redactor: Redactor,
  settings: SettingsHints = settingsHints(),
): CloudProblem {
  const body = readErrorBody(answer.body, (text) => redactor.clean(text));
  if (call.url.protocol === "http:" && wantsTls.test(answer.body)) {
    return problemOfFailure(call, new WireFailure("tls", body.message), redactor, settings);
  }
  const code = causeOf(answer.status, body);
  const requestId = body.requestId ?? requestIdOf(answer);
  const said = [body.code, body.message].filter((part) => part).join(": ");
  const location = answer.headers.location;
  const detail = [
    `${shownCall(call)} -> ${answer.status}`,
    said === "" ? "the answer has no text" : said,
    ...(location === undefined ? [] : [`redirected to ${shownUrl(location)}`]),
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
    ...(call.attempts > 1 ? [`tried ${call.attempts} times`] : []),
  ].join("\n");
  const problem = new CloudProblem(
    {
      code,
      summary: redactor.clean(`${summaries[code]}${said === "" ? "" : ` (${said})`}`),
      detail: redactor.clean(detail),
      hint: hintOf(code, body, settings),
      retry: retriable(code) || busyCodes.has(body.code ?? ""),
    },
    { status: answer.status, ...(body.code === undefined ? {} : { cloudCode: body.code }) },
  );
  return naming(actionIn(body.message), problem);
}

/** OTC and Huawei Cloud, with code and message: some services know the code only, some the sentence. */
const wrongProject = /^(VPC\.0007|Ecs\.0023): |urlTenantId is not equal tokenTenantId/i;

function hintOf(code: CloudProblemCode, body: ErrorBody, settings: SettingsHints): string {
  if (wrongProject.test(`${body.code}: ${body.message}`)) return settings.project;
  return code === "cloud/unauthorized" ? settings.login : hints[code];
}

const causeOfFault: Readonly<Record<WireFault, CloudProblemCode>> = {
  timeout: "cloud/unavailable",
  unreachable: "cloud/unavailable",
  broken: "cloud/unavailable",
  certificate: "cloud/certificate",
  "too-large": "cloud/bad-answer",
  stopped: "cloud/stopped",
  "not-tls": "cloud/bad-answer",
  tls: "cloud/bad-answer",
};

/** How web servers say, unencrypted, that they want TLS: nginx, Go, Apache. */
const wantsTls =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to an SSL-enabled/i;

/** The problem that no answer, or half an answer, is. */
export function problemOfFailure(
  call: FailedCall,
  failure: WireFailure,
  redactor: Redactor,
  settings: SettingsHints = settingsHints(),
): CloudProblem {
  const cause = causeOfFault[failure.fault];
  const tried = call.attempts > 1 ? `\ntried ${call.attempts} times` : "";
  const { summary = summaries[cause], hint = hints[cause] } = wordsOf(failure.fault, call.url, settings);
  return new CloudProblem({
    code: cause,
    summary: redactor.clean(summary),
    detail: redactor.clean(`${shownCall(call)}: ${failure.message}${tried}`),
    hint,
    retry: retriable(cause),
  });
}

/** What says more than the code does. */
function wordsOf(
  fault: WireFault,
  url: URL,
  settings: SettingsHints,
): { readonly summary?: string; readonly hint?: string } {
  switch (fault) {
    case "timeout":
      return { summary: `${url.host} did not answer in time` };
    case "unreachable":
      return { summary: `${url.host} cannot be reached`, hint: settings.unreachable };
    case "not-tls":
      return { summary: `${portOf(url)} does not speak TLS`, hint: settings.notTls };
    case "tls":
      return { summary: `${portOf(url)} speaks TLS, and was called without`, hint: settings.tls };
    default:
      return {};
  }
}

function portOf({ hostname, port, protocol }: URL): string {
  return `port ${port || (protocol === "https:" ? "443" : "80")} of ${hostname}`;
}

/** A catalog may name such an endpoint even where the login was encrypted. */
export function plainTextProblem(url: URL): CloudProblem {
  return new CloudProblem({
    code: "cloud/config",
    summary: `${url.host} would be called unencrypted over the network`,
    detail: shownUrl(url),
    hint: "Set an https:// endpoint in clouds.yaml. Where the network is trusted, `verify: false` for this cloud allows it.",
  });
}

/** Stopped between two calls. */
export function stoppedProblem(): CloudProblem {
  return new CloudProblem({
    code: "cloud/stopped",
    summary: summaries["cloud/stopped"],
    hint: hints["cloud/stopped"],
  });
}

/** The problem that an answer of another shape than documented is. `mismatch` names fields, never their values. */
export function problemOfShape(call: FailedCall, mismatch: string, redactor: Redactor): CloudProblem {
  return new CloudProblem({
    code: "cloud/bad-answer",
    summary: `${call.url.host} answered something that is not this API`,
    detail: redactor.clean(`${shownCall(call)}: ${mismatch}`),
    hint: hints["cloud/bad-answer"],
  });
}

function retriable(code: CloudProblemCode): boolean {
  return code === "cloud/throttled" || code === "cloud/unavailable";
}

function shownCall(call: FailedCall): string {
  return `${call.method} ${shownUrl(call.url)}`;
}

const secretParameter = /token|pass|secret|signature|credential|(^|[-_])(ak|sk|key)$/i;

/** A URL without user part and without the values of parameters that sound secret. */
export function shownUrl(url: URL | string): string {
  const shown = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (!shown) return String(url).replace(/\?.*/s, "");
  shown.username = "";
  shown.password = "";
  for (const name of [...shown.searchParams.keys()]) {
    if (secretParameter.test(name)) shown.searchParams.set(name, "***");
  }
  return shown.href;
}

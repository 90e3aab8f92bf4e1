import type { Answer } from "../answer.ts";
import type { Cause, Refused, Subject } from "../operations/refused.ts";

/** What can go wrong with a request before or besides the operation it asks for. */
export type Failure =
  | "unauthorized"
  /** The path's project is not the token's. */
  | "wrong-project"
  /** No JSON, a missing field, a wrong type. */
  | "unreadable"
  | "forbidden"
  | "missing"
  /** Another change of the object came first (If-Match). */
  | "stale"
  /** The real API has it, the lab does not. */
  | "not-built"
  | "throttled"
  | "fault";

export class Failed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** How one service says that something went wrong (cloud-apis section "Error body shapes"). */
export interface ErrorFamily {
  refused(refused: Refused): Answer;
  /** `subject` is what the endpoint is about. */
  failed(failure: Failure, message: string, subject: Subject): Answer;
}

/** The HTTP status that goes with a failure everywhere. */
export const failureStatus = {
  unauthorized: 401,
  "wrong-project": 400,
  unreadable: 400,
  forbidden: 403,
  missing: 404,
  stale: 412,
  "not-built": 501,
  throttled: 429,
  fault: 500,
} as const satisfies Record<Failure, number>;

/** The HTTP status of a refusal where a service does not say another one. */
export function refusalStatus(why: Cause): number {
  if (why === "missing") return 404;
  const conflicts: readonly Cause[] = [
    "in-use",
    "duplicate",
    "quota",
    "exhausted",
    "address-taken",
    "bound-elsewhere",
    "port-taken",
    "is-default",
    "security-off",
    "has-security-groups",
  ];
  return conflicts.includes(why) ? 409 : 400;
}

/** A service's own status and code for some refusals. */
export type RefusalTable = Partial<Record<`${Subject}/${Cause}`, readonly [status: number, code: string]>>;

/** The API gateway in front of OTC's services answers for them when it turns a request away. */
export function gatewayAnswer(failure: "throttled" | "unauthorized", message: string): Answer {
  const code = failure === "throttled" ? "APIGW.0308" : "APIGW.0301";
  return { status: failureStatus[failure], body: { error_msg: message, error_code: code } };
}

import { type ErrorFamily, failureStatus, gatewayAnswer, refusalStatus } from "./family.ts";
import { keystoneAnswer } from "./keystone.ts";

const names: Readonly<Record<number, string>> = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  409: "conflictingRequest",
  500: "computeFault",
  501: "notImplemented",
};

/** `{"badRequest":{"code":400,"message"}}`: the key says what went wrong (nova API guide, "Faults"). */
function answer(status: number, message: string) {
  return { status, body: { [names[status] ?? "computeFault"]: { code: status, message } } };
}

export const novaErrors: ErrorFamily = {
  refused(refused) {
    const missing = refused.subject === "server" && refused.why === "missing";
    return answer(
      refusalStatus(refused.why),
      missing ? refused.summary.replace("Server", "Instance") : refused.summary,
    );
  },
  failed(failure, message) {
    if (failure === "unauthorized") return keystoneAnswer(401, message);
    if (failure === "throttled") return gatewayAnswer(failure, message);
    return answer(failureStatus[failure], message);
  },
};

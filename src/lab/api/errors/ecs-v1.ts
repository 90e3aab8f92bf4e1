import type { Answer } from "../answer.ts";
import { type ErrorFamily, failureStatus, gatewayAnswer, type RefusalTable } from "./family.ts";

/** ECS API reference, "Error Codes"; nearly everything is a 400 there. */
const table: RefusalTable = {
  "server/missing": [404, "Ecs.0114"],
  "server/quota": [400, "Ecs.0001"],
  "port/address-taken": [400, "Ecs.0010"],
  "port/exhausted": [400, "Ecs.0012"],
  "public-ip/quota": [400, "Ecs.0013"],
  "subnet/missing": [400, "Ecs.0014"],
  "vpc/missing": [400, "Ecs.0014"],
  "security-group/missing": [400, "Ecs.0014"],
  "server/foreign": [400, "Ecs.0014"],
};

function answer(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

export const ecsErrors: ErrorFamily = {
  refused(refused) {
    const [status, code] = table[`${refused.subject}/${refused.why}`] ?? [400, "Ecs.0005"];
    return answer(status, code, refused.summary);
  },
  failed(failure, message) {
    const status = failureStatus[failure];
    if (failure === "unauthorized" || failure === "throttled") return gatewayAnswer(failure, message);
    if (failure === "wrong-project") {
      return answer(status, "Ecs.0023", "The project in the request differs from the token's.");
    }
    if (failure === "forbidden") return answer(status, "Ecs.0003", message);
    if (failure === "fault") return answer(status, "Ecs.0002", message);
    return answer(status, "Ecs.0005", message);
  },
};

import type { Answer } from "../answer.ts";
import { type ErrorFamily, failureStatus, refusalStatus } from "./family.ts";

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
};

/** Keystone's form: `{"error":{"code","title","message"}}` (keystone `server/flask/application.py`). */
export function keystoneAnswer(status: number, message: string): Answer {
  return {
    status,
    body: { error: { code: status, title: titles[status] ?? "Error", message } },
    ...(status === 401 ? { headers: { "WWW-Authenticate": 'Keystone uri="/v3"' } } : {}),
  };
}

export const keystoneErrors: ErrorFamily = {
  refused: (refused) => keystoneAnswer(refusalStatus(refused.why), refused.summary),
  failed: (failure, message) => keystoneAnswer(failureStatus[failure], message),
};

import type { TracedCall } from "../cloud/http.ts";
import type { CloudOptions } from "../cloud/http-for.ts";
import { oneLine } from "../report/visible.ts";

/** With --debug each call to the cloud is told. */
export function tracing(
  debug: boolean | undefined,
  tell: (text: string) => void,
): Pick<CloudOptions, "trace"> {
  return debug ? { trace: (call) => tell(tracedText(call)) } : {};
}

/** "GET https://vpc.example/v1/p/vpcs -> 200, 12 ms, request id req-1" */
export function tracedText({
  method,
  url,
  status,
  failure,
  durationMs,
  requestId,
  attempt,
}: TracedCall): string {
  const parts = [
    `debug: ${method} ${url} -> ${status ?? `no answer: ${failure}`}`,
    `${Math.round(durationMs)} ms`,
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
  ];
  return oneLine(parts.join(", "));
}

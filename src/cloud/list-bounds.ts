/** How far a list is followed. An API may answer pages for ever, each with something new. */
import type { Api, ApiRequest } from "./api.ts";
import { hints } from "./error-texts.ts";
import { CloudProblem } from "./errors.ts";

/**
 * Twice the 100,000 NICs of the largest project that is thought of, in pages of 200 or more. The time is for clouds that
 * answer slowly: 100 pages of 1,000 items take 100 s at a second each.
 */
const most = { pages: 1_000, items: 200_000, bytes: 512 * 1024 * 1024, timeMs: 300_000 } as const;

export interface ListBounds {
  /** Before a page is asked for; the request counts the answer's bytes. */
  next(request: ApiRequest): ApiRequest;
  /** @param items of the whole list, as far as it is known. */
  has(items: number): void;
}

/** @throws CloudProblem cloud/bad-answer, or cloud/unavailable where only the time is up. */
export function boundsOf(api: Api, { service, path }: ApiRequest): ListBounds {
  const { clock } = api.http;
  const startMs = clock.now();
  let pages = 0;
  let bytes = 0;
  const refuse = (excess: string, code: "cloud/bad-answer" | "cloud/unavailable"): never => {
    throw new CloudProblem({
      code,
      summary: `the list ${path} of ${service} does not end: ${excess}`,
      detail: `${pages} pages and ${bytes} bytes of it were read`,
      hint: hints[code],
      retry: code === "cloud/unavailable",
    });
  };
  const inTime = (): void => {
    if (clock.now() - startMs <= most.timeMs) return;
    refuse(`it is not whole after ${most.timeMs / 1000} s`, "cloud/unavailable");
  };
  return {
    next(request) {
      if (pages >= most.pages) refuse(`it has more than ${most.pages} pages`, "cloud/bad-answer");
      inTime();
      pages += 1;
      return {
        ...request,
        onBytes: (more) => {
          // Pages may be asked for side by side, so the time is looked at when each comes in, too.
          inTime();
          bytes += more;
          if (bytes > most.bytes) refuse(`it is larger than ${most.bytes} bytes`, "cloud/bad-answer");
        },
      };
    },
    has(items) {
      if (items > most.items) refuse(`it has more than ${most.items} items`, "cloud/bad-answer");
    },
  };
}

import { Problem } from "../report/problem.ts";

export const nothingChanged = "stopped; nothing was changed";

/**
 * For work that only reads, and so can be left wherever it is.
 * @param summary what is not known now.
 * @throws Problem run/stopped as soon as the signal is aborted.
 */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal, summary: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Problem({ code: "run/stopped", summary }));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

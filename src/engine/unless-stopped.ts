import type { Problem } from "../report/problem.ts";

/**
 * For work that only reads, and so can be left wherever it is.
 * @throws Problem `stopped` as soon as the signal is aborted.
 */
export async function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal,
  stopped: () => Problem,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(stopped());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

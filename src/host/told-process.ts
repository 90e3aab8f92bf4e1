import { tellWhileSlow, waitText } from "../report/slow.ts";
import { type Bounds, type Finished, runBounded } from "./bounded-process.ts";
import type { HostAddress } from "./host.ts";

/** `ssh` as `runBounded` runs a program; told while it lasts, when it takes longer than 5 s. */
export async function runSsh(
  { server, destination }: HostAddress,
  args: readonly string[],
  input: string,
  {
    tell,
    signal,
    ...bounds
  }: Pick<Bounds, "timeoutMs" | "maxBytes"> & {
    readonly tell: ((text: string) => void) | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Finished> {
  const what = `a command on ${server} (${destination})`;
  let bytes = 0;
  const slow = tellWhileSlow(tell, (ms) => waitText(what, ms, bytes, bounds.timeoutMs));
  try {
    return await runBounded("ssh", args, input, {
      ...bounds,
      ...(signal === undefined ? {} : { signal }),
      onBytes: (sum) => {
        bytes = sum;
      },
    });
  } finally {
    slow.end();
  }
}

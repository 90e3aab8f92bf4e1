/** Runs one program with a bound on time and output. */
import { spawn } from "node:child_process";

export interface Finished {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly overflowed: boolean;
}

export interface Bounds {
  readonly timeoutMs: number;
  /** Per stream. */
  readonly maxBytes: number;
  /** Ends the program, or does not even begin it. */
  readonly signal?: AbortSignal;
  /** Called with the bytes of both streams so far. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Streams may stay open after the program's end, when a child of it (ssh's background connection) inherited them;
 * this long is waited for the rest of the output.
 */
const drainMs = 250;

/** Rejects only when the program cannot be started. */
export function runBounded(
  program: string,
  args: readonly string[],
  input: string,
  bounds: Bounds,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    if (bounds.signal?.aborted) {
      resolve({ exitCode: undefined, stdout: "", stderr: "", timedOut: false, overflowed: false });
      return;
    }
    // A session of its own: Ctrl-C and the end of the terminal are for this process, which stops between two steps.
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const kill = (): void => void child.kill("SIGKILL");
    bounds.signal?.addEventListener("abort", kill, { once: true });
    const out = collector(bounds.maxBytes, kill);
    const err = collector(bounds.maxBytes, kill);
    const count = (): void => bounds.onBytes?.(out.size() + err.size());
    let timedOut = false;
    let drain: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, bounds.timeoutMs);
    const finish = (exitCode: number | null) => {
      clearTimeout(timer);
      clearTimeout(drain);
      bounds.signal?.removeEventListener("abort", kill);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({
        exitCode: exitCode ?? undefined,
        stdout: out.text(),
        stderr: err.text(),
        timedOut,
        overflowed: out.overflowed() || err.overflowed(),
      });
    };
    child.once("error", (error) => {
      clearTimeout(timer);
      bounds.signal?.removeEventListener("abort", kill);
      reject(error);
    });
    child.once("exit", (code) => {
      drain = setTimeout(() => finish(code), drainMs);
    });
    child.once("close", (code) => finish(code));
    child.stdout.on("data", out.take).on("data", count);
    child.stderr.on("data", err.take).on("data", count);
    // The program may end without reading its input; its exit code tells the story then.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function collector(maxBytes: number, stop: () => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take(chunk: Buffer): void {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else stop();
    },
    size: () => size,
    overflowed: () => size > maxBytes,
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}

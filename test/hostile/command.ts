/** `wayout` as a program of its own, with its memory and the time that it takes to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const program = join(import.meta.dirname, "..", "..", "wayout");

export interface Command {
  readonly child: ChildProcess;
  /** What stderr has so far. */
  said(): string;
  ended(): Promise<Ended>;
  /** Resolves when stderr matches. */
  says(pattern: RegExp): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The kernel's own figure of the largest resident memory. */
  readonly peakMb: number;
  readonly ms: number;
}

/** In a folder with clouds.yaml and wayout.yaml. */
export function wayoutIn(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Command {
  const startMs = performance.now();
  const child = spawn(program, words, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OS_CLIENT_CONFIG_FILE: join(folder, "clouds.yaml"), ...env },
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  let peakMb = 0;
  const looking = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid));
  }, 10);
  const end = once(child, "close").then(([code, signal]): Ended => {
    clearInterval(looking);
    return { code, signal, ...said, peakMb, ms: performance.now() - startMs };
  });
  return {
    child,
    said: () => said.stderr,
    ended: () => end,
    async says(pattern) {
      while (!pattern.test(said.stderr)) {
        const ended = await Promise.race([once(child.stderr, "data"), end]);
        if ("code" in ended && !pattern.test(said.stderr)) {
          throw new Error(`it ended without saying ${pattern}: ${said.stderr}`);
        }
      }
    },
  };
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // Ended between two looks.
    return 0;
  }
}

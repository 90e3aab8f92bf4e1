/** Runs `wayout` as a user does, and looks at what it takes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const command = join(import.meta.dirname, "..", "wayout");

export interface Taken {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** Peak of the resident memory of the command itself, as the kernel counts it. */
  readonly peakMiB: number;
}

export async function wayout(...words: readonly string[]): Promise<Taken> {
  return await taken(command, words);
}

/** @throws Error with what the command said where it does not end with one of `codes` */
export async function must(words: readonly string[], codes: readonly number[] = [0]): Promise<Taken> {
  const ended = await wayout(...words);
  if (ended.code !== null && codes.includes(ended.code)) return ended;
  throw new Error(`wayout ${words.join(" ")} ended with ${ended.code}\n${ended.stdout}${ended.stderr}`);
}

export async function taken(program: string, words: readonly string[]): Promise<Taken> {
  const startedAt = performance.now();
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  let peakMiB = 0;
  // The kernel's figure only grows, so the last look before the end is the peak but for the last moment.
  const looking = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(child.pid));
  }, 10);
  const [code] = await once(child, "close");
  clearInterval(looking);
  return { code, ...said, ms: performance.now() - startedAt, peakMiB };
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

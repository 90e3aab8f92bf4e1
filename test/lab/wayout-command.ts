/** Runs `wayout` as a user does, as a program of its own. */

import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const wayoutPath = fileURLToPath(new URL("../../wayout", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end, however it ends. */
export async function wayout(...words: readonly string[]): Promise<Ended> {
  return await run(wayoutPath, ...words);
}

/** Runs the command, expects success, and returns its answer. */
export async function must(...words: readonly string[]): Promise<string> {
  const ended = await wayout(...words);
  assert.equal(ended.code, 0, `${words.join(" ")}\n${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

export async function run(program: string, ...words: readonly string[]): Promise<Ended> {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

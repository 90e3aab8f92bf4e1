/** A run of apply or undo that is killed, as a test sees it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Ended, run } from "../wayout-command.ts";

const program = fileURLToPath(new URL("crashing-run.ts", import.meta.url));

export type Operation = "apply" | "undo";

/**
 * Runs to the first of these points, by number or name, and is killed there: then `code` is null. Not killed where it
 * comes to none of them. `points` are those it came to.
 */
export async function killedAt(
  lab: string,
  file: string,
  operation: Operation,
  ...at: readonly (number | string)[]
): Promise<Ended & { readonly points: readonly string[] }> {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const ended = await run(...node, lab, file, operation, ...at.map(String));
  return { ...ended, points: ended.stdout.trim().split("\n") };
}

/** Runs until `when` says so, and is killed there, in the middle of whatever it does. */
export async function killedWhen(
  lab: string,
  file: string,
  operation: Operation,
  when: () => Promise<boolean>,
): Promise<void> {
  const node = ["--disable-warning=ExperimentalWarning", program, lab, file, operation];
  const running = spawn(process.execPath, node, { stdio: "ignore" });
  const ended = once(running, "exit");
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  while (!(await when())) {
    if (hasEnded) throw new Error("the run had ended before it was to be killed");
  }
  running.kill("SIGKILL");
  await ended;
}

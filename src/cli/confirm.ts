/** Asks before something is done. */
import { createInterface } from "node:readline/promises";
import { Problem, type ProblemFields } from "../report/problem.ts";

/**
 * Without a terminal nobody can answer.
 * @throws Problem `unasked`, where one is given for that case; otherwise it is done unasked.
 */
export async function confirm(
  question: string,
  {
    yes,
    signal,
    unasked,
  }: { readonly yes: boolean; readonly signal: AbortSignal; readonly unasked?: ProblemFields },
): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    if (unasked) throw new Problem(unasked);
    return true;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const said = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(said.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

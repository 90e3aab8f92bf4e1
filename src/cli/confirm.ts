/** Asks before something is done. */
import { Problem, type ProblemFields } from "../report/problem.ts";
import { openQuestions } from "./output.ts";

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
  const questions = openQuestions();
  const said = await questions.ask(`${question} [y/N] `, signal).finally(() => questions.close());
  return said !== undefined && /^y(es)?$/i.test(said.trim());
}

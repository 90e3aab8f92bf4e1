/** Where words go: the answer to stdout, everything else to stderr. */
import { problemText } from "../report/human.ts";
import { Problem } from "../report/problem.ts";

export function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function answerJson(value: unknown): void {
  answer(JSON.stringify(value, null, 2));
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** An expected failure in words (with --json as JSON); anything else is a fault of Wayout, with its trace. */
export function tellFailure(failure: unknown, json: boolean): void {
  if (failure instanceof Problem) {
    if (json) answerJson({ error: failure.toJSON() });
    note(problemText(failure));
    return;
  }
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  if (json)
    answerJson({ error: { code: "wayout/fault", summary: text.split("\n")[0] ?? text, retry: false } });
  note(`fault in Wayout: ${text}\n  hint: Please report this with the command you ran.`);
}

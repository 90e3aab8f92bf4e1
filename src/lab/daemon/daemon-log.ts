import { linesOf, oneLine, visible } from "../../report/visible.ts";

/** One line of the lab's log: what happened, and how many milliseconds after its daemon started. */
export function log(text: string): void {
  write(oneLine(text));
}

/** What went wrong and was not expected, with its trace. */
export function logFailure(failure: unknown): void {
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  write(linesOf(text.split("\n")));
}

/** Who reads the log does it on a terminal. */
function write(text: string): void {
  const when = `${new Date().toISOString()} +${Math.round(performance.now())} ms`;
  process.stdout.write(`${when}  ${visible(text)}\n`);
}

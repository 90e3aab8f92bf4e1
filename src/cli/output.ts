/**
 * Where words go: the answer to stdout, everything else to stderr. Nothing else in Wayout writes there, so that whatever
 * others have set in a text is shown and not obeyed, whoever wrote it.
 */
import { createInterface } from "node:readline/promises";
import { problemText, seenLines } from "../report/human.ts";
import { messageOf, Problem } from "../report/problem.ts";
import type { ProgressOutput } from "../report/progress.ts";
import { linesOf, oneLine, visible, visibleFile, visibleJson } from "../report/visible.ts";

/** One line: a newline in a name begins no other. */
export function answer(line: string): void {
  answerText(oneLine(line));
}

/** Lines that were put together as lines (`linesOf`). */
export function answerText(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

export function answerJson(value: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

/** A file that a program reads, where its tabs count. */
export function answerFile(text: string): void {
  process.stdout.write(`${visibleFile(text)}\n`);
}

/** One line. */
export function note(line: string): void {
  noteText(oneLine(line));
}

/** Lines that were put together as lines. */
export function noteText(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** For a moving line, whose own control characters are added to what is visible. */
export const progressOutput: ProgressOutput = {
  write: (text) => process.stderr.write(text),
  get isTTY() {
    return process.stderr.isTTY;
  },
  get columns() {
    return process.stderr.columns;
  },
};

/** For commander's help and its errors, which repeat words of the command line. */
export const helpOutput = {
  writeOut: (text: string) => process.stdout.write(visible(text)),
  writeErr: (text: string) => process.stderr.write(visible(text)),
  /** An error repeats a word in its first line; commander's suggestion is a line of its own. */
  outputError(text: string, write: (text: string) => void): void {
    const [, error = "", suggestion = ""] = /^(.*?)(\n\(Did you mean [^\n]*\?\))?\n?$/s.exec(text) ?? [];
    write(`${oneLine(error)}${suggestion}\n`);
  },
};

export interface Questions {
  /** @returns undefined when the person gave up. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

/** Asks on the terminal. */
export function openQuestions(): Questions {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return {
    ask: (question, signal) =>
      terminal.question(visible(oneLine(question)), { signal }).catch(() => undefined),
    close: () => terminal.close(),
  };
}

/** An expected failure in words (with --json as JSON); anything else is a fault of Wayout, with its trace. */
export function tellFailure(failure: unknown, json: boolean): void {
  if (failure instanceof Problem) {
    if (json) answerJson({ error: failure.toJSON() });
    noteText(problemText(failure));
    return;
  }
  const text = messageOf(failure);
  if (json) answerJson({ error: { code: "wayout/fault", summary: oneLine(text), retry: false } });
  const trace = failure instanceof Error ? (failure.stack ?? "") : "";
  noteText(
    linesOf([
      `fault in Wayout: ${text}`,
      ...seenLines(trace).map((line) => `  ${line}`),
      "  hint: Please report this with the command you ran.",
    ]),
  );
}

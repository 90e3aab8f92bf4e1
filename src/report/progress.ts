/** Progress on stderr: a moving line on a terminal, plain lines otherwise. */
import type { Event, Report } from "./events.ts";
import { checkText, stepText } from "./human.ts";
import { oneLine, visible } from "./visible.ts";

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** How many characters a line of the terminal has. */
  readonly columns?: number;
}

/** How long a step may be silent before a terminal shows that it is still working. */
const frameMs = 120;
const frames = ["|", "/", "-", "\\"];

export interface Progress {
  readonly report: Report;
  /** Removes the moving line; nothing is written after it. */
  end(): void;
}

export function openProgress(output: ProgressOutput): Progress {
  let current: string | undefined;
  let ended = false;
  let frame = 0;
  const draw = (): void => {
    if (current === undefined) return;
    frame = (frame + 1) % frames.length;
    // A line that breaks could not be removed again.
    const line = cut(`${frames[frame]} ${current}`, (output.columns ?? 80) - 1);
    output.write(`\r\u001b[K${line}`);
  };
  const timer = output.isTTY ? setInterval(draw, frameMs).unref() : undefined;
  const show = (asked: string | undefined): void => {
    const text = asked === undefined ? undefined : visible(oneLine(asked));
    if (output.isTTY) {
      if (current !== undefined) output.write("\r\u001b[K");
      current = text;
      draw();
    } else if (text !== undefined) output.write(`${text} ...\n`);
  };
  const line = (text: string): void => {
    if (output.isTTY && current !== undefined) output.write("\r\u001b[K");
    current = undefined;
    output.write(`${visible(oneLine(text))}\n`);
  };
  return {
    report(event) {
      if (ended) return;
      const text = lineOf(event);
      if (event.kind === "phase") show(event.text);
      // A moving line would be drawn over the plan, and over the question.
      else if (event.kind === "planned" || event.kind === "asking") show(undefined);
      else if (event.kind === "step-started") {
        if (output.isTTY) show(event.title);
      } else if (text !== undefined) line(text);
    },
    end() {
      clearInterval(timer);
      show(undefined);
      ended = true;
    },
  };
}

/** As much as fits. Beyond Latin a character may take two columns, and none is cut in half. */
function cut(text: string, columns: number): string {
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += character < "\u0300" ? 1 : 2;
    if (width > columns) break;
    kept += character;
  }
  return kept;
}

/** The plan itself is an answer, not progress, and so is not written here. */
function lineOf(event: Event): string | undefined {
  switch (event.kind) {
    case "run-started":
      return `run ${event.run}: ${event.operation}`;
    case "step-finished":
      return `  ${stepText(event.result)}`;
    case "check-finished":
      return `  ${checkText(event.result)}`;
    case "run-finished":
      return `run ${event.run}: ${event.outcome}`;
    case "note":
      return event.text;
    case "warning":
      return `warning: ${event.text}`;
    case "phase":
    case "planned":
    case "asking":
    case "step-started":
      return undefined;
  }
}

import type { Outcome } from "../engine/converge.ts";
import { type CommandOption, command } from "../report/command.ts";
import { stepText } from "../report/human.ts";

/**
 * What a failed apply has left: what stands of it, and what it has removed of earlier runs.
 * @param named the options that name the same file and lab again. Pure.
 */
export function failedText(
  { run, steps = [], takenBack = [], stands }: Pick<Outcome, "run" | "steps" | "takenBack" | "stands">,
  named: readonly CommandOption[],
): string[] {
  const standing = takenBack.filter(({ outcome }) => outcome === "failed" || outcome === "not-executed");
  const again = command("wayout apply", { options: named });
  const list = standing.map((one) => `  ${stepText(one)}`);
  const lines = stands
    ? [`all changes of run ${run} stand; \`${again}\` takes back what is left:`, ...list]
    : standing.length === 0
      ? [`run ${run} failed; what it had changed was taken back`]
      : [`run ${run} failed; this still stands:`, ...list];
  if (standing.some(({ problem }) => problem?.code.startsWith("host/"))) {
    lines.push(
      `a proxy that has left and is off for good is passed over by \`${command("wayout apply", { options: ["--skip-hosts", ...named] })}\``,
    );
  }
  // It went ahead of everything else, and a run takes back only what it has made itself.
  const removed = takenBack.filter(
    ({ outcome, id }) => outcome === "undone" && !steps.some((step) => step.id === id),
  );
  if (!stands && removed.length > 0) {
    lines.push(
      `this stays removed; \`${again}\` sets it up again where the spec asks for it:`,
      ...removed.map(({ title }) => `  ${title}`),
    );
  }
  return lines;
}

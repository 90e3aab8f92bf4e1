/** Back to before: the route first, then the road back in reverse. Keeps what others changed since, and says so. */
import type { StepResult } from "../report/events.ts";
import { Problem } from "../report/problem.ts";
import { movesEip, subjectOfStep } from "../steps/all-steps.ts";
import type { UndoableStep } from "../steps/step.ts";
import type { World } from "../steps/world.ts";
import type { Context } from "./context.ts";
import { followedWorld } from "./followed-world.ts";
import type { EntryRecord, Run } from "./journal/journal.ts";
import { settledWorld } from "./settled-world.ts";
import { snapshot } from "./snapshot.ts";
import { soundStep } from "./sound-records.ts";
import { askedForPower } from "./switched-off.ts";
import { inReverse, type Undoing } from "./undo-order.ts";

export interface UndoOptions {
  /** Take back even what was changed by others since, and go on where the state before cannot be brought back. */
  readonly force: boolean;
  /** Go on with the cloud's objects when a host cannot be reached. */
  readonly skipHosts: boolean;
}

export interface Undone {
  readonly results: readonly StepResult[];
  readonly problems: readonly Problem[];
  readonly stopped: boolean;
}

/**
 * Takes the entries back. A step that fails keeps the steps before it in place, since they may be what it
 * (or a client's route) still stands on; other gateways go on.
 */
export async function undo(
  entries: readonly EntryRecord[],
  world: World,
  run: Run,
  context: Context,
  options: UndoOptions,
): Promise<Undone> {
  const changed = new Set(entries.map(({ kind, want }) => subjectOfStep(kind, want)));
  const follow = (): World => settledWorld(followedWorld(world, changed, context.logins), context.report);
  let now = follow();
  // Asked once, however many steps are on hosts that cannot be reached.
  const asOfNow = snapshot(world.cloud);
  const results: StepResult[] = [];
  const problems: Problem[] = [];
  const held = new Set<string>();
  for (const undoing of inReverse(entries)) {
    if (context.signal.aborted) return { results, problems, stopped: true };
    const { last } = undoing;
    const startedAt = context.now();
    let result: Pick<StepResult, "outcome" | "because" | "problem">;
    if (held.has(last.gateway)) {
      result = { outcome: "not-executed", because: "a step that stands on it could not be taken back" };
    } else {
      try {
        context.report({ kind: "step-started", id: last.stepId, title: `Take back: ${last.title}` });
        result = await undoStep(undoing, now, run, options);
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        const problem = await askedForPower(cause.where({ step: last.kind, object: last.object }), asOfNow);
        problems.push(problem);
        result = { outcome: "failed", problem: problem.toJSON() };
        if (!(options.skipHosts && problem.code.startsWith("host/"))) held.add(last.gateway);
      }
    }
    const { stepId: id, kind: step, object, title } = last;
    const durationMs = context.now().getTime() - startedAt.getTime();
    const whole: StepResult = { id, step, object, title, ...result, durationMs };
    results.push(whole);
    context.report({ kind: "step-finished", result: whole });
    if (movesEip(step)) now = follow();
  }
  return { results, problems, stopped: false };
}

async function undoStep(
  undoing: Undoing,
  world: World,
  run: Run,
  { force }: UndoOptions,
): Promise<Pick<StepResult, "outcome" | "because">> {
  const { changes, last } = undoing;
  const seqs = changes.map(({ seq }) => seq);
  const step = soundStep(undoing);
  const now = await step.observe(world);
  if (now.isBefore) {
    run.undone(seqs);
    return { outcome: "already", because: now.gone ?? `it is as before: ${now.text}` };
  }
  // A change that was cut short has no "after" to compare with: what is there and ours is that change, in whatever
  // part of it was made. What is foreign came from somebody else meanwhile.
  const cutShort = last.state !== "done" || last.after === null;
  const asLeft = cutShort ? now.observed.is !== "foreign" : now.isAsLeft(last.after);
  if (!asLeft && !force) {
    if (now.observed.is === "ours" || now.standsOn) {
      throw changedSince([now.text, ...(last.after === null ? [] : now.differences(last.after))]);
    }
    run.undone(seqs);
    return { outcome: "left", because: `somebody else changed it since; it stays: ${now.text}` };
  }
  run.undoing(seqs);
  const back = await bringBack(step, world);
  const stays = back instanceof Problem;
  if (stays && !force) throw back;
  run.undone(seqs);
  if (stays) return { outcome: "left", because: `it cannot be brought back: ${back.summary}` };
  const because = now.gone ? `${now.gone}; what it left behind is taken back` : `back to: ${back}`;
  return { outcome: "undone", because };
}

/**
 * @returns how it reads then; or why it cannot be brought back, now or ever: something of the state before is gone, or
 *   something else sets it.
 */
async function bringBack(step: UndoableStep, world: World): Promise<Problem | string> {
  try {
    await step.undo(world);
  } catch (cause) {
    if (cause instanceof Problem && cause.code.startsWith("undo/")) return cause;
    throw cause;
  }
  const then = await step.observe(world);
  return then.isBefore ? then.text : notBack(step.beforeText, then.text);
}

function changedSince(texts: readonly string[]): Problem {
  return new Problem({
    code: "undo/changed-since",
    summary: `somebody changed it since Wayout did: ${texts.join("; ")}`,
    hint: "Put it back as Wayout left it, or take it back all the same with `undo --force`.",
  });
}

function notBack(before: string, now: string): Problem {
  return new Problem({
    code: "undo/not-back",
    summary: `it was taken back, but reads ${now} instead of ${before}`,
    hint: "Run undo again; if it stays so, something else sets it, and `undo --force` goes on without it.",
    retry: true,
  });
}

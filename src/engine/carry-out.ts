/** One run: its steps forward, what the spec no longer asks for back, and all of it back when a step fails. */
import type { Plan, StepResult } from "../report/events.ts";
import type { Problem } from "../report/problem.ts";
import type { Probes, SpecFile } from "../spec/spec.ts";
import type { World } from "../steps/world.ts";
import { type Applied, apply } from "./apply.ts";
import type { Context } from "./context.ts";
import type { EntryRecord, Journal, JournalReader, Run } from "./journal/journal.ts";
import { look } from "./observe.ts";
import { staleSteps } from "./stale.ts";
import { undo } from "./undo.ts";

export interface CarriedOut {
  readonly run: string;
  readonly outcome: "done" | "failed" | "stopped";
  readonly steps: readonly StepResult[];
  /** Steps taken back: of this run where it failed, else those that the spec no longer asks for. */
  readonly takenBack: readonly StepResult[];
  readonly problems: readonly Problem[];
}

const gently = { force: false, skipHosts: false };

export async function carryOut(
  file: SpecFile,
  plan: Plan,
  world: World,
  journal: Journal,
  context: Context & { readonly probes: Probes },
): Promise<CarriedOut> {
  const gateways = file.value.gateways.map((gateway) => gateway.name);
  const run = journal.begin({ operation: "apply", cloud: file.value.cloud, gateways });
  const { id } = run;
  context.report({ kind: "run-started", run: id, operation: "apply", steps: plan.summary.changes });
  try {
    const { results: steps, failed, stopped } = await forward(file, plan, world, journal, run, context);
    if (failed) {
      const mine = journal.entriesOf(id).filter((entry) => entry.state !== "undone");
      // Ctrl-C must not cut this short: half of a failed run would stand.
      const back = await undo(mine, world, run, { ...context, signal: new AbortController().signal }, gently);
      return finish("failed", steps, back.results, [failed, ...back.problems]);
    }
    if (stopped) return finish("stopped", steps, [], []);
    const works = await look(file, world.cloud);
    const standing = journal.standing();
    const stale = new Set(
      works.flatMap((work) => staleSteps(standing, work)).map(({ entry }) => entry.stepId),
    );
    const gone = standing.filter((entry) => stale.has(entry.stepId));
    const back = await undo(gone, world, run, context, gently);
    const outcome = back.stopped ? "stopped" : back.problems.length > 0 ? "failed" : "done";
    return finish(outcome, steps, back.results, back.problems);
  } catch (fault) {
    run.finish("failed");
    throw fault;
  }

  function finish(
    outcome: CarriedOut["outcome"],
    steps: readonly StepResult[],
    takenBack: readonly StepResult[],
    problems: readonly Problem[],
  ): CarriedOut {
    run.finish(outcome);
    context.report({ kind: "run-finished", run: id, outcome });
    return { run: id, outcome, steps, takenBack, problems };
  }
}

/** A proxy that gets its EIP in this run is reached by it: its steps are made anew once the EIP is known. */
async function forward(
  file: SpecFile,
  plan: Plan,
  world: World,
  journal: JournalReader,
  run: Run,
  context: Context & { readonly probes: Probes },
): Promise<Applied> {
  const unsettled = unsettledSteps(file, journal);
  const works = await look(file, world.cloud);
  const newEip = plan.gateways.some(({ changes }) => changes.some(({ step }) => step === "cloud/public-ip"));
  if (!newEip) return apply(works, world, run, unsettled, context);
  const eipOnly = works.map(({ gateway, steps }) => ({
    gateway,
    steps: steps.filter((step) => step.kind === "cloud/public-ip"),
  }));
  const first = await apply(eipOnly, world, run, unsettled, context);
  if (first.failed || first.stopped) return first;
  const rest = await apply(await look(file, world.cloud), world, run, unsettled, context);
  return { ...rest, results: [...first.results, ...rest.results] };
}

/** Changes of these gateways that a run began and did not finish: it was killed in them. */
export function unsettledSteps(file: SpecFile, journal: JournalReader): ReadonlyMap<string, EntryRecord> {
  const names = new Set(file.value.gateways.map((gateway) => gateway.name));
  const latest = new Map(journal.standing().map((entry) => [entry.stepId, entry]));
  return new Map([...latest].filter(([, { gateway, state }]) => names.has(gateway) && state !== "done"));
}

/** One run: its steps forward, what the spec no longer asks for back, and all of it back when a step fails. */
import type { Plan, StepResult } from "../report/events.ts";
import { Problem } from "../report/problem.ts";
import type { SpecFile } from "../spec/spec.ts";
import { rebindStep } from "../steps/all-steps.ts";
import type { World } from "../steps/world.ts";
import { type Applied, apply } from "./apply.ts";
import type { Context } from "./context.ts";
import { withoutDeadHosts } from "./dead-hosts.ts";
import type { EntryRecord, Journal, JournalReader, Run } from "./journal/journal.ts";
import { look, type Work } from "./observe.ts";
import { mustBeSound, standingFor } from "./sound-records.ts";
import { departedMembers, type StaleStep, staleSteps } from "./stale.ts";
import { type Undone, undo } from "./undo.ts";
import { keyOf, withWays } from "./ways.ts";

export interface CarriedOut {
  readonly run: string;
  readonly outcome: "done" | "failed" | "stopped";
  readonly steps: readonly StepResult[];
  /** Steps taken back: of this run where it failed, else those that the spec no longer asks for. */
  readonly takenBack: readonly StepResult[];
  readonly problems: readonly Problem[];
  /** Every step is done and stands, though the run failed: what it no longer asks for could not be taken back. */
  readonly stands: boolean;
}

export interface CarryOutOptions {
  /** Go on where a proxy that has left its gateway cannot be reached: what it has stays in the journal. */
  readonly skipHosts: boolean;
}

export async function carryOut(
  file: SpecFile,
  plan: Plan,
  world: World,
  journal: Journal,
  context: Context,
  { skipHosts }: CarryOutOptions,
): Promise<CarriedOut> {
  const options = { force: false, skipHosts };
  // One that is dead is waited for once: while it is for a second time, clients may have no way out.
  const living = skipHosts ? withoutDeadHosts(world) : world;
  /** What is in the way of going on, of what was found while something was taken back. */
  const serious = ({ problems }: Undone) =>
    problems.filter(({ code }) => !(skipHosts && code.startsWith("host/")));
  const gateways = file.value.gateways.map((gateway) => gateway.name);
  mustBeSound(standingFor(file, journal));
  const run = journal.begin({ operation: "apply", cloud: file.value.cloud, gateways });
  const { id } = run;
  context.report({ kind: "run-started", run: id, operation: "apply", steps: plan.summary.changes });
  try {
    const before = await look(file, world.cloud, journal, context.probes);
    const departed = await departedSteps(before, journal, world);
    const first = await undo(standingOf(departed, journal), living, run, context, options);
    if (first.stopped || serious(first).length > 0) {
      return finish(first.stopped ? "stopped" : "failed", [], first.results, first.problems);
    }
    const seen = departed.length === 0 ? before : undefined;
    const {
      works,
      results: steps,
      failed,
      stopped,
    } = await forward(file, seen, world, journal, run, context);
    if (failed) {
      const mine = journal.entriesOf(id).filter((entry) => entry.state !== "undone");
      // Ctrl-C must not cut this short: half of a failed run would stand.
      const whatever = { ...context, signal: new AbortController().signal };
      const back = await undo(mine, world, run, whatever, { force: false, skipHosts: false });
      return finish("failed", steps, [...first.results, ...back.results], [failed, ...back.problems]);
    }
    if (stopped) return finish("stopped", steps, first.results, first.problems);
    const stale = standingOf(
      works.flatMap((work) => staleSteps(journal.standing(), work)),
      journal,
    );
    const back = await undo(stale, living, run, context, options);
    const outcome = back.stopped ? "stopped" : serious(back).length > 0 ? "failed" : "done";
    return finish(outcome, steps, [...first.results, ...back.results], back.problems, outcome === "failed");
  } catch (fault) {
    run.finish("failed");
    throw fault;
  }

  function finish(
    outcome: CarriedOut["outcome"],
    steps: readonly StepResult[],
    takenBack: readonly StepResult[],
    problems: readonly Problem[],
    stands = false,
  ): CarriedOut {
    run.finish(outcome);
    context.report({ kind: "run-finished", run: id, outcome });
    return { run: id, outcome, steps, takenBack, problems, stands };
  }
}

interface WentForward extends Applied {
  /** As the steps that were made last found the gateways. */
  readonly works: readonly Work[];
}

/**
 * How a proxy is reached depends on where the EIP is: once that has changed, the steps that are left are made anew.
 * @param first what was seen already; undefined where something has changed since.
 */
async function forward(
  file: SpecFile,
  first: readonly Work[] | undefined,
  world: World,
  journal: JournalReader,
  run: Run,
  context: Context,
): Promise<WentForward> {
  const unsettled = unsettledSteps(file, journal);
  const results: StepResult[] = [];
  for (let seen = first; ; seen = undefined) {
    const finished = new Set(results.map(({ id }) => id));
    const works = seen ?? (await orProblem(look(file, world.cloud, journal, context.probes)));
    // Steps may have been made before this look: they are taken back as after any other failure.
    if (works instanceof Problem) return { works: [], results, failed: works, stopped: false, moved: false };
    const left = works.map((work) => ({
      ...work,
      steps: work.steps.filter((step) => !finished.has(step.id)),
    }));
    const applied = await apply(left, world, run, unsettled, context);
    results.push(...applied.results);
    if (!applied.moved) return { ...applied, works, results };
  }
}

async function orProblem<T>(work: Promise<T>): Promise<T | Problem> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Problem) return cause;
    throw cause;
  }
}

/**
 * What is taken back ahead of everything else: roles, and what gone proxies left behind, so that another proxy, which may
 * well have the address of the old one, does not take it over.
 */
async function departedSteps(
  works: readonly Work[],
  journal: JournalReader,
  world: World,
): Promise<readonly StaleStep[]> {
  const standing = journal.standing();
  const stale = works.flatMap((work) => staleSteps(standing, work));
  const gone = await Promise.all(
    stale.map(({ entry }) => rebindStep(entry.kind, entry.want, [entry]).isGone(world)),
  );
  const roles = works.flatMap((work) => departedMembers(standing, work));
  return [...roles, ...stale.filter((_, index) => gone[index])];
}

/** Everything of these steps that stands: undo goes back to the state before the first change of each. */
function standingOf(stale: readonly StaleStep[], journal: JournalReader): readonly EntryRecord[] {
  return withWays(journal.standing(), new Set(stale.map(({ entry }) => keyOf(entry))));
}

/** Changes of these gateways that a run began and did not finish: it was killed in them. */
export function unsettledSteps(file: SpecFile, journal: JournalReader): ReadonlyMap<string, EntryRecord> {
  const names = new Set(file.value.gateways.map((gateway) => gateway.name));
  const latest = new Map(journal.standing().map((entry) => [entry.stepId, entry]));
  return new Map([...latest].filter(([, { gateway, state }]) => names.has(gateway) && state !== "done"));
}

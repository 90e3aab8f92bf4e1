/** `wayout undo`: which changes of the journal are taken back, as a run of its own. */
import type { StepResult } from "../report/events.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import type { World } from "../steps/world.ts";
import type { Context } from "./context.ts";
import { withoutDeadHosts } from "./dead-hosts.ts";
import { mustKnowWays } from "./followed-world.ts";
import { otherFilesOf } from "./gateway-files.ts";
import type { EntryRecord, Journal, JournalReader, RunRecord } from "./journal/journal.ts";
import { snapshot } from "./snapshot.ts";
import { loginsIn, mustBeSound } from "./sound-records.ts";
import { type UndoOptions, undo } from "./undo.ts";

export interface TakenBack {
  /** Absent where there was nothing to take back. */
  readonly run?: string;
  readonly outcome: "done" | "failed" | "stopped";
  readonly steps: readonly StepResult[];
  readonly problems: readonly Problem[];
}

export interface ChangesToUndo {
  readonly entries: readonly EntryRecord[];
  /** Gateways that stand and are of another file: they stay. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Changes that `undo` would take back: all that stand for the gateways of the file, also for those that it has no longer;
 * or those of `run` and of every run after it (what came later stands on it).
 * @param even gateways that are taken back also where they are of another file.
 * @throws Problem undo/unknown-run.
 */
export function changesToUndo(
  journal: Pick<JournalReader, "file" | "runs" | "standing">,
  even: readonly string[],
  run?: string,
): ChangesToUndo {
  const standing = journal.standing();
  const others = new Map([...otherFilesOf(standing, journal)].filter(([gateway]) => !even.includes(gateway)));
  const first = run === undefined ? "" : knownRun(journal, run).id;
  const entries = standing.filter(({ gateway, run: by }) => !others.has(gateway) && by >= first);
  return { entries, others };
}

/** @throws Problem undo/unknown-run. */
export function knownRun(journal: Pick<JournalReader, "runs">, run: string): RunRecord {
  const runs = journal.runs();
  const ids = runs.map((record) => record.id);
  const id = /^\d+$/.test(run) ? run.padStart(4, "0") : run;
  const known = runs.find((record) => record.id === id);
  if (known) return known;
  throw new Problem({
    code: "undo/unknown-run",
    summary: `no run ${run}; ${suggestion(id, ids, "run")}`,
    hint: "`wayout runs` lists them.",
  });
}

/** Whoever undoes by hand may go on without a host that cannot be reached. Pure. */
export function withSkipHosts(problem: Problem): Problem {
  if (!problem.code.startsWith("host/") || problem.hint?.includes("--skip-hosts")) return problem;
  return problem.saying({
    hint: ["`undo --skip-hosts` goes on without it.", problem.hint ?? ""].join(" ").trim(),
  });
}

/** @throws Problem journal/... before anything is done, where a record is not sound; `force` goes on with the others. */
export async function takeBack(
  entries: readonly EntryRecord[],
  cloud: string,
  world: World,
  journal: Journal,
  context: Context,
  options: UndoOptions,
): Promise<TakenBack> {
  if (entries.length === 0) return { outcome: "done", steps: [], problems: [] };
  if (!options.force) {
    mustBeSound(entries);
    if (!options.skipHosts) await mustKnowWays(loginsIn(entries), snapshot(world.cloud), context.logins);
  }
  const gateways = [...new Set(entries.map((entry) => entry.gateway))];
  const run = journal.begin({ operation: "undo", cloud, gateways });
  context.report({ kind: "run-started", run: run.id, operation: "undo", steps: entries.length });
  try {
    const living = options.skipHosts ? withoutDeadHosts(world) : world;
    const { results: steps, problems, stopped } = await undo(entries, living, run, context, options);
    const outcome = stopped ? "stopped" : problems.length > 0 ? "failed" : "done";
    run.finish(outcome);
    context.report({ kind: "run-finished", run: run.id, outcome });
    const hinted = options.skipHosts ? problems : problems.map(withSkipHosts);
    return { run: run.id, outcome, steps, problems: hinted };
  } catch (fault) {
    run.finish("failed");
    throw fault;
  }
}

/** The whole flow on one screen: observe, plan, apply, verify. */
import type { Plan } from "../report/events.ts";
import { Problem } from "../report/problem.ts";
import type { SpecFile } from "../spec/spec.ts";
import { isToldByDhcp } from "../steps/all-steps.ts";
import type { ReadOnlyWorld, World } from "../steps/world.ts";
import { type CarriedOut, type CarryOutOptions, carryOut, unsettledSteps } from "./carry-out.ts";
import type { Context } from "./context.ts";
import { otherFilesOf } from "./gateway-files.ts";
import type { Journal, JournalReader } from "./journal/journal.ts";
import { look, observe } from "./observe.ts";
import { makePlan } from "./plan.ts";
import { mustBeSound, standingFor } from "./sound-records.ts";
import { staleSteps } from "./stale.ts";
import { nothingChanged, unlessStopped } from "./unless-stopped.ts";
import { provenButForClients, type Verified, verify } from "./verify.ts";

/** Reads the cloud and the hosts, and says what would change. Cannot write: its world has no writers. */
export async function plan(
  file: SpecFile,
  world: ReadOnlyWorld,
  journal: JournalReader,
  context: Context,
): Promise<Plan> {
  mustBeSound(standingFor(file, journal));
  context.report({ kind: "phase", phase: "observe", text: "reading the cloud and the proxies" });
  const seen = await observe(file, world, journal, context.probes);
  const standing = journal.standing();
  const otherFiles = otherFilesOf(standing, journal);
  const made = makePlan(
    seen.map(({ work, seen }) => {
      const otherFile = otherFiles.get(work.gateway.name);
      const stale = staleSteps(standing, work);
      return { ...work, seen, stale, ...(otherFile === undefined ? {} : { otherFile }) };
    }),
    context,
  );
  context.report({ kind: "planned", plan: made });
  return made;
}

export interface Outcome extends Partial<Omit<CarriedOut, "outcome">> {
  readonly plan: Plan;
  readonly outcome: CarriedOut["outcome"] | "blocked" | "declined" | "unproven";
  readonly verified?: Verified;
  /** Clients are told by DHCP what changed, and not all of them have renewed their lease yet. */
  readonly learning?: boolean;
}

/** What was changed may have moved the role of a pair: then the other proxy is told of the connections first, of a million in many seconds. */
const wholeWithinMs = 60_000;

/** Plan, ask, apply, verify. A failed apply takes back what this run did. */
export async function converge(
  file: SpecFile,
  world: World,
  journal: Journal,
  context: Context & { readonly confirm: (plan: Plan) => Promise<boolean> },
  options: CarryOutOptions = { skipHosts: false },
): Promise<Outcome> {
  const planning = plan(file, world, journal, context);
  const planned = await unlessStopped(planning, context.signal, nothingChanged);
  if (planned.summary.blocked > 0) return { plan: planned, outcome: "blocked" };
  let made: CarriedOut | undefined;
  if (planned.summary.changes > 0) {
    context.report({ kind: "asking" });
    if (!(await context.confirm(planned))) return { plan: planned, outcome: "declined" };
  }
  if (planned.summary.changes > 0 || unsettledSteps(file, journal).size > 0) {
    made = await carryOut(file, planned, world, journal, context, options);
    if (made.outcome !== "done") return { plan: planned, ...made };
  }
  context.report({ kind: "phase", phase: "verify", text: "trying the way out from the clients" });
  try {
    const works = await look(file, world.cloud, journal, context.probes);
    const needed = works.filter(({ recipe }) => recipe.kind !== "nothing");
    if (needed.length === 0) return { plan: planned, ...made, outcome: "done" };
    const gateways = needed.map(({ gateway }) => gateway);
    const proving = verify(needed, world, { ...context, pairWithinMs: made ? wholeWithinMs : 0 });
    const verified = await unlessStopped(proving, context.signal, "stopped before the way out was proven");
    const told = made?.steps.some(({ step, outcome }) => outcome === "done" && isToldByDhcp(step)) ?? false;
    const learning = told && !verified.ok && provenButForClients(verified, gateways);
    const outcome = verified.ok || learning ? "done" : "unproven";
    return { plan: planned, ...made, outcome, verified, ...(learning ? { learning } : {}) };
  } catch (cause) {
    // The changes are made and read back; that nobody could look from the clients does not undo them.
    if (!(cause instanceof Problem)) throw cause;
    return { plan: planned, ...made, outcome: "unproven", problems: [cause] };
  }
}

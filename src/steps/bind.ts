import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { JsonValue } from "../report/json-value.ts";
import { Problem } from "../report/problem.ts";
import { isBetween } from "./between.ts";
import type {
  BoundObservation,
  BoundStep,
  ChangedThing,
  Changes,
  Observed,
  Step,
  UndoableStep,
} from "./step.ts";
import type { World } from "./world.ts";

export function stepIdOf(gateway: string, kind: string, object: string): string {
  return `${gateway}: ${kind}@${object}`;
}

/** A step of a gateway with what it wants; from here on the engine treats all steps alike. */
export function bind<Want, Have>(gateway: string, step: Step<Want, Have>, want: Want): BoundStep {
  mustFit(step, step.want, want, step.object(want));
  return {
    id: stepIdOf(gateway, step.kind, step.object(want)),
    gateway,
    kind: step.kind,
    object: step.object(want),
    title: step.title(want),
    want: jsonOf(want),
    ...(step.claim ? { claim: step.claim(want) } : {}),
    async observe(world) {
      return observation(step, want, await step.observe(want, world));
    },
  };
}

/**
 * What is written to the journal passes the same checks as what is read back: a value that undo would refuse stops the plan.
 * @throws Problem step/unfit-value
 */
function mustFit<T>(
  { kind }: { readonly kind: string },
  schema: z.ZodType<T>,
  value: T,
  object: string,
): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  throw new Problem({
    code: "step/unfit-value",
    summary: `${kind} at ${object}: the cloud or the host gives a value that Wayout does not use`,
    detail: z.prettifyError(parsed.error),
    hint: "Nothing was changed. The detail names the field; see who set it there.",
  });
}

function observation<Want, Have>(
  step: Step<Want, Have>,
  want: Want,
  observed: Observed<Have>,
): BoundObservation {
  if (observed.is !== "absent") mustFit(step, step.have, observed.have, step.object(want));
  return {
    observed: jsonObserved(observed),
    text: observed.is === "absent" ? "none" : step.describe(observed.have),
    decide: (options) => step.decide(want, observed, options),
    apply: (world) => step.apply(want, observed, world),
  };
}

/**
 * A step as the journal remembers it, ready to be undone.
 * @throws Problem journal/unreadable where the journal's values do not fit the step (another version wrote it).
 */
export function rebind<Want, Have>(
  step: Step<Want, Have>,
  wantText: JsonValue,
  changes: Changes,
): UndoableStep {
  const want = read(step.want, wantText, step.kind);
  const before = stateBefore(step, changes);
  const own = (observed: Observed<Have>): JsonValue =>
    observed.is === "absent" ? null : jsonOf(step.own ? step.own(observed.have, want) : observed.have);
  return {
    title: step.title(want),
    notice: step.takenBack?.(want) ?? "what it did ends",
    ...(step.login ? { login: step.login(want) } : {}),
    files: before.is === "absent" ? [] : (step.contents?.(before.have) ?? []),
    mustFit: (state) => {
      stateOf(step, state);
    },
    async observe(world) {
      const gone = await step.gone?.(want, world, before);
      if (gone && !gone.left) return nothingLeft(gone.because);
      const now = await step.observe(want, world);
      const views = [(state: Observed<Have>) => state, ...(gone?.left ? [gone.left] : [])];
      const isAs = (then: Observed<Have>): boolean =>
        views.some((view) => isDeepStrictEqual(own(now), own(view(then))) && now.is === view(then).is);
      const isOnTheWayBackFrom = (left: Observed<Have>): boolean =>
        views.some(
          (view) => isBetween(own(now), own(view(left)), own(view(before))) && now.is === view(left).is,
        );
      return {
        observed: jsonObserved(now),
        text: now.is === "absent" ? "none" : step.describe(now.have),
        standsOn: now.is === "foreign" && (step.standsOn?.(want, now.have) ?? false),
        isBefore: isAs(before),
        isAsLeft: (after) => isOnTheWayBackFrom(stateOf(step, after)),
        differences(after) {
          const left = stateOf(step, after);
          if (now.is === "absent" || left.is === "absent") return [];
          return step.differences?.(now.have, left.have, want) ?? [];
        },
        ...(gone ? { gone: gone.because } : {}),
      };
    },
    isGone: async (world) => (await step.gone?.(want, world, before)) !== undefined,
    undo: (world: World) => step.undo(want, before, world),
    beforeText: before.is === "absent" ? "none" : step.describe(before.have),
  };
}

/**
 * What is to come back: the state before the first change, with what others made of it between two changes. How a change
 * that was cut short left the object nobody knows, so what was found after it tells nothing of others.
 */
function stateBefore<Want, Have>(step: Step<Want, Have>, [first, ...later]: Changes): Observed<Have> {
  const { withOthers } = step;
  let before = stateOf(step, first.before);
  if (!withOthers) return before;
  let leftText = first.after;
  for (const { before: foundText, after } of later) {
    const left: Observed<Have> = leftText === null ? { is: "absent" } : stateOf(step, leftText);
    const found = stateOf(step, foundText);
    if (before.is !== "absent" && left.is !== "absent" && found.is !== "absent") {
      before = { ...before, have: withOthers(before.have, left.have, found.have) };
    }
    leftText = after;
  }
  return before;
}

/** The id of what the step changes, as far as its record can be read. */
export function subjectOf<Want, Have>(step: Step<Want, Have>, wantText: JsonValue): string {
  const want = step.want.safeParse(wantText);
  return want.success ? (step.subject?.(want.data) ?? "") : "";
}

/** What its record says that it goes on from, as far as that can be read. */
export function wayOf<Want, Have>(step: Step<Want, Have>, wantText: JsonValue): ChangedThing | undefined {
  const want = step.want.safeParse(wantText);
  return want.success ? step.goesOnFrom?.(want.data) : undefined;
}

function nothingLeft(gone: string): Awaited<ReturnType<UndoableStep["observe"]>> {
  return {
    observed: { is: "absent" },
    text: "gone",
    standsOn: false,
    isBefore: true,
    isAsLeft: () => true,
    differences: () => [],
    gone,
  };
}

function stateOf<Want, Have>(step: Step<Want, Have>, value: JsonValue): Observed<Have> {
  return read(observedSchema(step.have), value, step.kind);
}

function observedSchema<Have>(have: z.ZodType<Have>): z.ZodType<Observed<Have>> {
  return z.discriminatedUnion("is", [
    z.object({ is: z.literal("absent") }),
    z.object({ is: z.literal("ours"), have }),
    z.object({ is: z.literal("foreign"), have, whose: z.string() }),
  ]);
}

function read<T>(schema: z.ZodType<T>, value: JsonValue, kind: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem({
    code: "journal/unreadable",
    summary: `the journal's record of a ${kind} step does not fit this version of Wayout`,
    detail: z.prettifyError(parsed.error),
    hint: "Undo it with the version that made it.",
  });
}

function jsonObserved<Have>(observed: Observed<Have>): Observed<JsonValue> {
  return observed.is === "absent" ? observed : { ...observed, have: jsonOf(observed.have) };
}

/** Plain data as JSON has it: what is written to the journal and read back is the same. */
function jsonOf(value: unknown): JsonValue {
  const plain: JsonValue = JSON.parse(JSON.stringify(value));
  return plain;
}

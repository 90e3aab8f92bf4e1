/** Records of the journal are input: only sound ones are acted on, and all are looked at before anything is done. Pure. */
import type { HostAddress } from "../host/host.ts";
import { command } from "../report/command.ts";
import { Problem } from "../report/problem.ts";
import type { SpecFile } from "../spec/spec.ts";
import { rebindStep } from "../steps/all-steps.ts";
import type { UndoableStep } from "../steps/step.ts";
import type { EntryRecord, JournalReader } from "./journal/journal.ts";
import { inReverse, type Undoing } from "./undo-order.ts";

/**
 * The step of these changes, ready to be undone.
 * @throws Problem journal/changed, journal/unsealed, journal/unreadable, journal/unknown-step
 */
export function soundStep({ changes, last }: Undoing): UndoableStep {
  for (const entry of changes) if (entry.doubt !== undefined) throw doubtful(entry);
  return named(last, () => rebindStep(last.kind, last.want, changes));
}

/** As it reads, whoever wrote it. @throws Problem journal/unreadable, journal/unknown-step */
export function readableStep({ changes, last }: Undoing): UndoableStep {
  return named(last, () => rebindStep(last.kind, last.want, changes));
}

/** @throws Problem of the first record that is not sound, with how many others there are. */
export function mustBeSound(entries: readonly EntryRecord[]): void {
  throwFirst(entries, soundStep);
}

/** Whoever wrote them, they have the forms of what Wayout writes. @throws Problem journal/unreadable, journal/unknown-step */
export function mustBeReadable(entries: readonly EntryRecord[]): void {
  throwFirst(entries, readableStep);
}

function throwFirst(entries: readonly EntryRecord[], read: (undoing: Undoing) => UndoableStep): void {
  const problems = inReverse(entries).flatMap((undoing) => {
    try {
      const step = read(undoing);
      // How it was left is compared with what is there, and so is read too.
      for (const { after } of undoing.changes) {
        if (after !== null) named(undoing.last, () => step.mustFit(after));
      }
      return [];
    } catch (cause) {
      if (cause instanceof Problem) return [cause];
      throw cause;
    }
  });
  const [first, ...others] = problems;
  if (!first) return;
  throw first.saying({
    summary: others.length === 0 ? first.summary : `${first.summary}; and ${others.length} more`,
    hint: `Nothing was changed. ${first.hint ?? ""}`.trim(),
  });
}

/** How the hosts of these changes are logged in to, by their records. */
export function loginsIn(entries: readonly EntryRecord[]): readonly HostAddress[] {
  return inReverse(entries).flatMap((undoing) => soundStep(undoing).login ?? []);
}

/** What stands of the file's gateways. */
export function standingFor(
  file: SpecFile,
  journal: Pick<JournalReader, "standing">,
): readonly EntryRecord[] {
  const names = new Set(file.value.gateways.map(({ name }) => name));
  return journal.standing().filter(({ gateway }) => names.has(gateway));
}

function named<T>({ run, kind, object }: EntryRecord, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw cause.saying({ summary: `${kind} at ${object}, of run ${run}: ${cause.summary}` });
  }
}

function doubtful({ doubt, seq, run, kind, object }: EntryRecord): Problem {
  const which = `the journal's record ${seq}, ${kind} at ${object} of run ${run},`;
  const look = `\`${command("wayout runs", { options: ["--json"], operands: [run] })}\` shows what is in it.`;
  return doubt === "changed"
    ? new Problem({
        code: "journal/changed",
        summary: `${which} was changed after Wayout wrote it`,
        hint: `${look} Bring the journal back from a backup. If you know the change and want it, \`wayout runs --accept\` takes the records as they are.`,
      })
    : new Problem({
        code: "journal/unsealed",
        summary: `${which} is not sealed by your key: an older Wayout, another user or another machine wrote it, or somebody changed it`,
        hint: `${look} \`wayout runs --accept\` takes the records for yours, once. Or copy the journal-key file of the user and machine that made them.`,
      });
}

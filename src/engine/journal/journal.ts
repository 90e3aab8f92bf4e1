/**
 * The journal: what Wayout changed, with the state before it. `before` is on disk ahead of every change, so
 * that a run killed at any line can be finished or taken back. One interface; sqlite-journal.ts is the
 * embedded store.
 */
import type { JsonValue } from "../../report/json-value.ts";
import type { Doubt } from "./seal.ts";

export type Operation = "apply" | "undo";
export type RunOutcome = "running" | "done" | "failed" | "stopped" | "died";

export interface RunRecord {
  /** "0042" */
  readonly id: string;
  readonly operation: Operation;
  readonly cloud: string;
  readonly gateways: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: RunOutcome;
  readonly user: string;
  /** The wayout.yaml it was run for, an absolute path; null in a run of an older Wayout. */
  readonly file: string | null;
}

/**
 * One change of one step. `started`: before is written, the change may or may not have happened.
 * `done`: it happened and `after` is how it was left. `undoing`: being taken back. `undone`: taken back.
 */
export interface EntryRecord {
  readonly seq: number;
  readonly run: string;
  readonly gateway: string;
  readonly stepId: string;
  readonly kind: string;
  readonly object: string;
  readonly title: string;
  readonly want: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue | null;
  readonly state: "started" | "done" | "undoing" | "undone";
  /** It is not sure that this user's Wayout wrote it so. Absent where it is. */
  readonly doubt?: Doubt;
}

export type NewEntry = Pick<
  EntryRecord,
  "gateway" | "stepId" | "kind" | "object" | "title" | "want" | "before"
>;

export interface JournalReader {
  /** The spec for which runs are begun: an absolute path. */
  readonly file: string;
  /** Oldest first. */
  runs(): readonly RunRecord[];
  /** Changes that stand (not undone), oldest first. */
  standing(): readonly EntryRecord[];
  entriesOf(run: string): readonly EntryRecord[];
  /** Changes of whichever run that this run took back, as far as the journal says by whom; oldest first. */
  takenBackBy(run: string): readonly EntryRecord[];
}

export interface Journal extends JournalReader {
  /**
   * Begins a run and locks its gateways. A lock whose process is gone is taken over and its run marked dead.
   * @throws Problem run/locked naming the run that holds a gateway.
   */
  begin(run: {
    readonly operation: Operation;
    readonly cloud: string;
    readonly gateways: readonly string[];
  }): Run;
  /**
   * Takes records as they are for this user's own: each was shown to the user.
   * @throws Problem journal/changed where one is another by now.
   */
  accept(shown: readonly EntryRecord[]): void;
  close(): void;
}

/** A run in progress. Every call is on disk when it returns. */
export interface Run {
  readonly id: string;
  started(entry: NewEntry): number;
  done(seq: number, after: JsonValue): void;
  undoing(seqs: readonly number[]): void;
  undone(seqs: readonly number[]): void;
  /** Ends the run and gives its gateways free. */
  finish(outcome: Exclude<RunOutcome, "running" | "died">): void;
}

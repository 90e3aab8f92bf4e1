import { relative, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf, Problem } from "../../report/problem.ts";
import type { EntryRecord, Journal, NewEntry, Run, RunRecord } from "./journal.ts";
import { mayBeAlive, type Owner, thisProcess } from "./owner.ts";
import { privateFile } from "./private-folder.ts";
import { type SealKey, userKey } from "./seal-key.ts";
import { SealedEntries } from "./sealed-entries.ts";
import { locksOf, runId, runsOf } from "./sqlite-rows.ts";
import { migrate } from "./sqlite-schema.ts";

/**
 * Opens (or makes) the journal in `folder`, for runs of the spec in `specFile` (an absolute path). Every write is one
 * transaction, synced to disk before it returns.
 * @throws Problem journal/unusable where the file is not a journal that this version reads; journal/symlink,
 *   journal/not-yours, journal/writable-by-others or journal/not-a-file where somebody else could have written it.
 */
export function openSqliteJournal(
  folder: string,
  specFile: string,
  now: () => Date,
  key: SealKey = userKey(),
): Journal {
  let database: DatabaseSync | undefined;
  try {
    const file = privateFile(folder, "journal.db");
    database = new DatabaseSync(file.path, { timeout: 5000 });
    // SQLite opens by name.
    file.mustBeSame();
    // What is in the file cannot call functions that do more than compute.
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    migrate(database, file.path);
  } catch (cause) {
    database?.close();
    if (cause instanceof Problem) throw cause;
    throw new Problem({
      code: "journal/unusable",
      summary: `cannot open the journal ${folder}/journal.db: ${messageOf(cause)}`,
      hint: "It holds what undo needs. Check the folder's permissions and free space; do not delete it.",
      cause,
    });
  }
  return new SqliteJournal(database, { folder, specFile, now, owner: thisProcess(), key });
}

class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly file: string;
  readonly #now: () => Date;
  readonly #owner: Owner;
  readonly #entries: SealedEntries;
  readonly #key: SealKey;

  constructor(
    database: DatabaseSync,
    outside: {
      readonly folder: string;
      readonly specFile: string;
      readonly now: () => Date;
      readonly owner: Owner;
      readonly key: SealKey;
    },
  ) {
    this.#database = database;
    this.#folder = outside.folder;
    this.file = outside.specFile;
    this.#now = outside.now;
    this.#owner = outside.owner;
    this.#key = outside.key;
    this.#entries = new SealedEntries(database, outside.key);
  }

  runs(): readonly RunRecord[] {
    const runs = runsOf(
      this.#database
        .prepare("SELECT runs.*, file FROM runs LEFT JOIN files ON run = number ORDER BY number")
        .all(),
    );
    const locks = locksOf(this.#database.prepare("SELECT * FROM locks").all());
    const dead = new Set(locks.filter(({ owner }) => !mayBeAlive(owner)).map((lock) => runId(lock.run)));
    return runs.map((run) => ({
      ...run,
      outcome: run.outcome === "running" && dead.has(run.id) ? "died" : run.outcome,
      file: run.file === null ? null : resolve(this.#folder, run.file),
    }));
  }

  standing(): readonly EntryRecord[] {
    return this.#entries.read("WHERE state <> 'undone'");
  }

  entriesOf(run: string): readonly EntryRecord[] {
    return this.#entries.read("WHERE run = ?", Number(run));
  }

  takenBackBy(run: string): readonly EntryRecord[] {
    return this.#entries.read("JOIN undoings USING (seq) WHERE undoings.run = ?", Number(run));
  }

  accept(shown: readonly EntryRecord[]): void {
    this.#entries.accept(shown);
  }

  begin(run: Parameters<Journal["begin"]>[0]): Run {
    // Before anything is changed anywhere.
    this.#key.make();
    return this.#entries.transaction(() => {
      for (const gateway of run.gateways) this.#takeOver(gateway);
      const { lastInsertRowid } = this.#database
        .prepare(
          "INSERT INTO runs (operation, cloud, gateways, started_at, outcome, user) VALUES (?, ?, ?, ?, 'running', ?)",
        )
        .run(
          run.operation,
          run.cloud,
          JSON.stringify(run.gateways),
          this.#now().toISOString(),
          this.#owner.user,
        );
      const number = Number(lastInsertRowid);
      // As seen from here: whoever moves both together finds his runs again.
      const file = relative(this.#folder, this.file);
      this.#database.prepare("INSERT INTO files (run, file) VALUES (?, ?)").run(number, file);
      const lock = this.#database.prepare("INSERT INTO locks (gateway, run, owner) VALUES (?, ?, ?)");
      for (const gateway of run.gateways) lock.run(gateway, number, JSON.stringify(this.#owner));
      return new SqliteRun(this.#database, this.#entries, number, this.#now);
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Frees the gateway's lock where its process is gone; refuses where it may still run. */
  #takeOver(gateway: string): void {
    const [lock] = locksOf(this.#database.prepare("SELECT * FROM locks WHERE gateway = ?").all(gateway));
    if (lock === undefined) return;
    const { owner } = lock;
    if (mayBeAlive(owner)) {
      throw new Problem({
        code: "run/locked",
        summary: `run ${runId(lock.run)} is working on gateway ${gateway}`,
        detail: `process ${owner.pid} of ${owner.user} on ${owner.host}`,
        hint: "Wait for it, or stop it with Ctrl-C: it ends between two steps.",
        retry: true,
      });
    }
    this.#database.prepare("DELETE FROM locks WHERE run = ?").run(lock.run);
    this.#database
      .prepare("UPDATE runs SET outcome = 'died' WHERE number = ? AND outcome = 'running'")
      .run(lock.run);
  }
}

class SqliteRun implements Run {
  readonly id: string;
  readonly #database: DatabaseSync;
  readonly #entries: SealedEntries;
  readonly #number: number;
  readonly #now: () => Date;

  constructor(database: DatabaseSync, entries: SealedEntries, number: number, now: () => Date) {
    this.id = runId(number);
    this.#database = database;
    this.#entries = entries;
    this.#number = number;
    this.#now = now;
  }

  started(entry: NewEntry): number {
    const { gateway, stepId, kind, object, title, want, before } = entry;
    return this.#entries.transaction(() => {
      const { lastInsertRowid } = this.#database
        .prepare(
          `INSERT INTO entries (run, gateway, step_id, kind, object, title, want, before, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'started')`,
        )
        .run(
          this.#number,
          gateway,
          stepId,
          kind,
          object,
          title,
          JSON.stringify(want),
          JSON.stringify(before),
        );
      const seq = Number(lastInsertRowid);
      this.#entries.seal(seq);
      return seq;
    });
  }

  done(seq: number, after: Parameters<Run["done"]>[1]): void {
    this.#entries.change([seq], () => {
      this.#database
        .prepare("UPDATE entries SET state = 'done', after = ? WHERE seq = ?")
        .run(JSON.stringify(after), seq);
    });
  }

  undoing(seqs: readonly number[]): void {
    this.#entries.change(seqs, () => this.#mark(seqs, "undoing"));
  }

  undone(seqs: readonly number[]): void {
    this.#entries.change(seqs, () => {
      this.#mark(seqs, "undone");
      this.#database
        .prepare("INSERT OR REPLACE INTO undoings (seq, run) SELECT value, ? FROM json_each(?)")
        .run(this.#number, JSON.stringify(seqs));
    });
  }

  finish(outcome: Parameters<Run["finish"]>[0]): void {
    this.#entries.transaction(() => {
      this.#database
        .prepare("UPDATE runs SET outcome = ?, finished_at = ? WHERE number = ?")
        .run(outcome, this.#now().toISOString(), this.#number);
      this.#database.prepare("DELETE FROM locks WHERE run = ?").run(this.#number);
    });
  }

  #mark(seqs: readonly number[], state: "undoing" | "undone"): void {
    this.#database
      .prepare("UPDATE entries SET state = ? WHERE seq IN (SELECT value FROM json_each(?))")
      .run(state, JSON.stringify(seqs));
  }
}

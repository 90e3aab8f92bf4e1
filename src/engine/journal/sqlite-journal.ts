import { chmodSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { messageOf, Problem } from "../../report/problem.ts";
import type { EntryRecord, Journal, NewEntry, Run, RunRecord } from "./journal.ts";
import { mayBeAlive, type Owner, ownerSchema, thisProcess } from "./owner.ts";

const schemaVersion = 1;

/**
 * Opens (or makes) the journal in `folder`, for runs of the spec in `specFile` (an absolute path). Every write is one
 * transaction, synced to disk before it returns.
 * @throws Problem journal/unusable where the file is not a journal that this version reads.
 */
export function openSqliteJournal(folder: string, specFile: string, now: () => Date): Journal {
  const file = join(folder, "journal.db");
  let database: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(file, { timeout: 5000 });
    chmodSync(file, 0o600);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    migrate(database, file);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem({
      code: "journal/unusable",
      summary: `cannot open the journal ${file}: ${messageOf(cause)}`,
      hint: "It holds what undo needs. Check the folder's permissions and free space; do not delete it.",
      cause,
    });
  }
  return new SqliteJournal(database, { folder, specFile, now, owner: thisProcess() });
}

function migrate(database: DatabaseSync, file: string): void {
  const version = z.object({ user_version: z.number() }).parse(database.prepare("PRAGMA user_version").get());
  if (version.user_version > schemaVersion) {
    throw new Problem({
      code: "journal/newer",
      summary: `${file} was written by a newer Wayout`,
      hint: "Use that version.",
    });
  }
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, cloud TEXT NOT NULL,
      gateways TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT NOT NULL, user TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS entries (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES runs (number),
      gateway TEXT NOT NULL, step_id TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, title TEXT NOT NULL,
      want TEXT NOT NULL, before TEXT NOT NULL, after TEXT, state TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS locks (
      gateway TEXT PRIMARY KEY, run INTEGER NOT NULL, owner TEXT NOT NULL
    ) STRICT;
    -- A journal of before this table has changes that are undone, and nobody knows by which run.
    CREATE TABLE IF NOT EXISTS undoings (
      seq INTEGER PRIMARY KEY REFERENCES entries (seq), run INTEGER NOT NULL REFERENCES runs (number)
    ) STRICT;
    -- And runs of which nobody knows the file.
    CREATE TABLE IF NOT EXISTS files (
      run INTEGER PRIMARY KEY REFERENCES runs (number), file TEXT NOT NULL
    ) STRICT;
    PRAGMA user_version = ${schemaVersion};
    COMMIT;`);
}

const runRow = z
  .object({
    number: z.number(),
    operation: z.enum(["apply", "undo"]),
    cloud: z.string(),
    gateways: z.string(),
    started_at: z.string(),
    finished_at: z.string().nullable(),
    outcome: z.enum(["running", "done", "failed", "stopped", "died"]),
    user: z.string(),
    file: z.string().nullable(),
  })
  .transform(
    (row): RunRecord => ({
      id: runId(row.number),
      operation: row.operation,
      cloud: row.cloud,
      gateways: z.array(z.string()).parse(JSON.parse(row.gateways)),
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      outcome: row.outcome,
      user: row.user,
      file: row.file,
    }),
  );

const entryRow = z
  .object({
    seq: z.number(),
    run: z.number(),
    gateway: z.string(),
    step_id: z.string(),
    kind: z.string(),
    object: z.string(),
    title: z.string(),
    want: z.string(),
    before: z.string(),
    after: z.string().nullable(),
    state: z.enum(["started", "done", "undoing", "undone"]),
  })
  .transform(
    ({ step_id, run, want, before, after, ...row }): EntryRecord => ({
      ...row,
      run: runId(run),
      stepId: step_id,
      want: JSON.parse(want),
      before: JSON.parse(before),
      after: after === null ? null : JSON.parse(after),
    }),
  );

const lockRow = z.object({ gateway: z.string(), run: z.number(), owner: z.string() });

function ownerOf(lock: z.infer<typeof lockRow>): Owner {
  return ownerSchema.parse(JSON.parse(lock.owner));
}

class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly file: string;
  readonly #now: () => Date;
  readonly #owner: Owner;

  constructor(
    database: DatabaseSync,
    outside: {
      readonly folder: string;
      readonly specFile: string;
      readonly now: () => Date;
      readonly owner: Owner;
    },
  ) {
    this.#database = database;
    this.#folder = outside.folder;
    this.file = outside.specFile;
    this.#now = outside.now;
    this.#owner = outside.owner;
  }

  runs(): readonly RunRecord[] {
    const runs = z
      .array(runRow)
      .parse(
        this.#database
          .prepare("SELECT runs.*, file FROM runs LEFT JOIN files ON run = number ORDER BY number")
          .all(),
      );
    const locks = z.array(lockRow).parse(this.#database.prepare("SELECT * FROM locks").all());
    const dead = new Set(locks.filter((lock) => !mayBeAlive(ownerOf(lock))).map((lock) => runId(lock.run)));
    return runs.map((run) => ({
      ...run,
      outcome: run.outcome === "running" && dead.has(run.id) ? "died" : run.outcome,
      file: run.file === null ? null : resolve(this.#folder, run.file),
    }));
  }

  standing(): readonly EntryRecord[] {
    const rows = this.#database.prepare("SELECT * FROM entries WHERE state <> 'undone' ORDER BY seq").all();
    return z.array(entryRow).parse(rows);
  }

  entriesOf(run: string): readonly EntryRecord[] {
    const rows = this.#database.prepare("SELECT * FROM entries WHERE run = ? ORDER BY seq").all(Number(run));
    return z.array(entryRow).parse(rows);
  }

  takenBackBy(run: string): readonly EntryRecord[] {
    const rows = this.#database
      .prepare("SELECT entries.* FROM entries JOIN undoings USING (seq) WHERE undoings.run = ? ORDER BY seq")
      .all(Number(run));
    return z.array(entryRow).parse(rows);
  }

  begin(run: Parameters<Journal["begin"]>[0]): Run {
    return this.#transaction(() => {
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
      return new SqliteRun(this.#database, number, this.#now);
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Frees the gateway's lock where its process is gone; refuses where it may still run. */
  #takeOver(gateway: string): void {
    const row = this.#database.prepare("SELECT * FROM locks WHERE gateway = ?").get(gateway);
    if (row === undefined) return;
    const lock = lockRow.parse(row);
    const owner = ownerOf(lock);
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

  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (cause) {
      this.#database.exec("ROLLBACK");
      throw cause;
    }
  }
}

class SqliteRun implements Run {
  readonly id: string;
  readonly #database: DatabaseSync;
  readonly #number: number;
  readonly #now: () => Date;

  constructor(database: DatabaseSync, number: number, now: () => Date) {
    this.id = runId(number);
    this.#database = database;
    this.#number = number;
    this.#now = now;
  }

  started(entry: NewEntry): number {
    const { gateway, stepId, kind, object, title, want, before } = entry;
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO entries (run, gateway, step_id, kind, object, title, want, before, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'started')`,
      )
      .run(this.#number, gateway, stepId, kind, object, title, JSON.stringify(want), JSON.stringify(before));
    return Number(lastInsertRowid);
  }

  done(seq: number, after: Parameters<Run["done"]>[1]): void {
    this.#database
      .prepare("UPDATE entries SET state = 'done', after = ? WHERE seq = ?")
      .run(JSON.stringify(after), seq);
  }

  undoing(seqs: readonly number[]): void {
    this.#mark(seqs, "undoing");
  }

  undone(seqs: readonly number[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    this.#mark(seqs, "undone");
    this.#database
      .prepare("INSERT OR REPLACE INTO undoings (seq, run) SELECT value, ? FROM json_each(?)")
      .run(this.#number, JSON.stringify(seqs));
    this.#database.exec("COMMIT");
  }

  finish(outcome: Parameters<Run["finish"]>[0]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    this.#database
      .prepare("UPDATE runs SET outcome = ?, finished_at = ? WHERE number = ?")
      .run(outcome, this.#now().toISOString(), this.#number);
    this.#database.prepare("DELETE FROM locks WHERE run = ?").run(this.#number);
    this.#database.exec("COMMIT");
  }

  #mark(seqs: readonly number[], state: "undoing" | "undone"): void {
    this.#database
      .prepare("UPDATE entries SET state = ? WHERE seq IN (SELECT value FROM json_each(?))")
      .run(state, JSON.stringify(seqs));
  }
}

function runId(number: number): string {
  return String(number).padStart(4, "0");
}

/** The tables of the journal. */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { Problem } from "../../report/problem.ts";

const schemaVersion = 1;

/**
 * Makes what is missing.
 * @throws Problem journal/newer, and journal/unusable for a database that does things of its own when it is written.
 */
export function migrate(database: DatabaseSync, file: string): void {
  const version = z.object({ user_version: z.number() }).parse(database.prepare("PRAGMA user_version").get());
  if (version.user_version > schemaVersion) {
    throw new Problem({
      code: "journal/newer",
      summary: `${file} was written by a newer Wayout`,
      hint: "Use that version.",
    });
  }
  const odd = database
    .prepare(
      "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'",
    )
    .get();
  if (odd !== undefined) {
    throw new Problem({
      code: "journal/unusable",
      summary: `${file} has a ${String(odd.type)} that Wayout did not make`,
      hint: "Somebody changed it. Bring the journal back from a backup.",
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
    -- And records without a seal.
    CREATE TABLE IF NOT EXISTS seals (
      seq INTEGER PRIMARY KEY REFERENCES entries (seq), seal TEXT NOT NULL
    ) STRICT;
    PRAGMA user_version = ${schemaVersion};
    COMMIT;`);
}

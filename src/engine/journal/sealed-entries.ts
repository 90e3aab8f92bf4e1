/** The journal's records in the database, each with its seal. */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { Problem } from "../../report/problem.ts";
import type { EntryRecord } from "./journal.ts";
import { doubtAbout, sealOf } from "./seal.ts";
import type { SealKey } from "./seal-key.ts";
import { entriesOf, sealedRows } from "./sqlite-rows.ts";

const all = "SELECT entries.*, seal FROM entries LEFT JOIN seals USING (seq)";

export class SealedEntries {
  readonly #database: DatabaseSync;
  readonly #key: SealKey;

  constructor(database: DatabaseSync, key: SealKey) {
    this.#database = database;
    this.#key = key;
  }

  /** @param rest of the SELECT: other tables and conditions. */
  read(rest: string, ...values: SQLInputValue[]): readonly EntryRecord[] {
    const rows = this.#database.prepare(`${all} ${rest} ORDER BY entries.seq`).all(...values);
    return entriesOf(rows, this.#key.read());
  }

  /** Everything or nothing. */
  transaction<T>(work: () => T): T {
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

  /** In a transaction. @throws Problem journal/key */
  seal(seq: number): void {
    const [row] = this.#rows([seq]);
    if (!row) return;
    const { seal: _, ...sealed } = row;
    this.#database
      .prepare("INSERT OR REPLACE INTO seals (seq, seal) VALUES (?, ?)")
      .run(seq, sealOf(sealed, this.#key.make()));
  }

  /** Changes these records, and seals again those that were sound: a change by us must not hide one by others. */
  change(seqs: readonly number[], work: () => void): void {
    this.transaction(() => {
      const key = this.#key.read();
      const sound = this.#rows(seqs).filter(({ seal, ...row }) => !doubtAbout(row, seal, key));
      work();
      for (const { seq } of sound) this.seal(seq);
    });
  }

  /**
   * Seals records as they were shown to somebody.
   * @throws Problem journal/changed where they are others by now.
   */
  accept(shown: readonly EntryRecord[]): void {
    this.transaction(() => {
      for (const entry of shown) {
        const [now] = this.read("WHERE entries.seq = ?", entry.seq);
        if (!isDeepStrictEqual(now, entry)) {
          throw new Problem({
            code: "journal/changed",
            summary: `record ${entry.seq} of the journal has changed while it was shown`,
            hint: "Nothing was accepted. Look at it again.",
          });
        }
        this.seal(entry.seq);
      }
    });
  }

  #rows(seqs: readonly number[]) {
    return sealedRows(
      this.#database
        .prepare(`${all} WHERE seq IN (SELECT value FROM json_each(?))`)
        .all(JSON.stringify(seqs)),
    );
  }
}

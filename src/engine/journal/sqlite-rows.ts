/** What the database holds, as the rest of Wayout reads it. A value that does not fit is told with its record. */
import { z } from "zod";
import { Problem } from "../../report/problem.ts";
import type { EntryRecord, RunRecord } from "./journal.ts";
import { type Owner, ownerSchema } from "./owner.ts";
import { doubtAbout } from "./seal.ts";

export function runId(number: number): string {
  return String(number).padStart(4, "0");
}

const json = z.string().transform((text, context) => {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
});

const runRow = z
  .object({
    number: z.int().positive(),
    operation: z.enum(["apply", "undo"]),
    cloud: z.string(),
    gateways: json.pipe(z.array(z.string())),
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
      gateways: row.gateways,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      outcome: row.outcome,
      user: row.user,
      file: row.file,
    }),
  );

const sealedRow = z.object({
  seq: z.int().positive(),
  run: z.int().positive(),
  gateway: z.string(),
  step_id: z.string(),
  kind: z.string(),
  object: z.string(),
  title: z.string(),
  want: z.string(),
  before: z.string(),
  after: z.string().nullable(),
  state: z.string(),
  seal: z.string().nullable(),
});

const entryRow = sealedRow.extend({
  want: json,
  before: json,
  after: json.nullable(),
  state: z.enum(["started", "done", "undoing", "undone"]),
});

const lockRow = z.object({
  gateway: z.string(),
  run: z.int().positive(),
  owner: json.pipe(ownerSchema),
});

export function runsOf(rows: readonly unknown[]): RunRecord[] {
  return rows.map((row) => fitting(runRow, row, "run"));
}

/** @param key undefined: nothing is sealed by it. */
export function entriesOf(rows: readonly unknown[], key: Buffer | undefined): EntryRecord[] {
  return rows.map((row) => {
    const { run, step_id, seal: _, ...entry } = fitting(entryRow, row, "record");
    const { seal, ...sealed } = fitting(sealedRow, row, "record");
    const doubt = doubtAbout(sealed, seal, key);
    return { ...entry, run: runId(run), stepId: step_id, ...(doubt ? { doubt } : {}) };
  });
}

/** Rows as they are sealed, each with its seal. */
export function sealedRows(rows: readonly unknown[]): z.infer<typeof sealedRow>[] {
  return rows.map((row) => fitting(sealedRow, row, "record"));
}

export interface Lock {
  readonly run: number;
  readonly owner: Owner;
}

export function locksOf(rows: readonly unknown[]): Lock[] {
  return rows.map((row) => fitting(lockRow, row, "lock"));
}

const numbered = z.object({ seq: z.number().exactOptional(), number: z.number().exactOptional() });

function fitting<T>(schema: z.ZodType<T>, row: unknown, what: string): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const { seq, number } = numbered.safeParse(row).data ?? {};
  throw new Problem({
    code: "journal/unreadable",
    summary: `${what} ${seq ?? number ?? ""} of the journal cannot be read`.replace("  ", " "),
    detail: z.prettifyError(parsed.error),
    hint: "Nothing was changed. The journal is damaged, or somebody changed it: bring it back from a backup.",
  });
}

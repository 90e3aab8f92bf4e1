/** Which gateways an undo is for: those of its file, also when the file has them no longer. Pure. */
import type { EntryRecord, RunRecord } from "./journal/journal.ts";

export interface UndoScope {
  readonly gateways: readonly string[];
  /** Gateways that stand and are of another file: they stay. */
  readonly others: readonly { readonly gateway: string; readonly file: string }[];
}

/**
 * A gateway is of the file by which it was changed last. Where nobody knows it, after a run of an older Wayout, it is
 * taken for one of this file.
 */
export function undoScope(
  standing: readonly EntryRecord[],
  runs: readonly RunRecord[],
  { file, asked }: { readonly file: string; readonly asked: readonly string[] },
): UndoScope {
  const fileOfRun = new Map(runs.map((run) => [run.id, run.file]));
  const fileOf = new Map(standing.map(({ gateway, run }) => [gateway, fileOfRun.get(run) ?? file]));
  const others = [...fileOf]
    .filter(([gateway, of]) => of !== file && !asked.includes(gateway))
    .map(([gateway, of]) => ({ gateway, file: of }));
  const left = new Set(others.map(({ gateway }) => gateway));
  const gateways = [...new Set([...asked, ...fileOf.keys()])].filter((gateway) => !left.has(gateway));
  return { gateways, others };
}

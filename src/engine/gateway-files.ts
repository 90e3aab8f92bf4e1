/** Whose a gateway is, where one journal has those of several files. Pure. */
import type { JournalReader } from "./journal/journal.ts";

type Records = Pick<JournalReader, "file" | "standing" | "runs">;

/**
 * The gateways that stand and were changed last by another file than the journal was opened for, each with that file.
 * Where nobody knows it, after a run of an older Wayout, it is none.
 */
export function otherFilesOf(journal: Records): ReadonlyMap<string, string> {
  const { file } = journal;
  const fileOfRun = new Map(journal.runs().map((run) => [run.id, run.file]));
  const files = new Map(journal.standing().map(({ gateway, run }) => [gateway, fileOfRun.get(run) ?? file]));
  return new Map([...files].filter(([, of]) => of !== file));
}

export interface UndoScope {
  readonly gateways: readonly string[];
  /** Gateways that stand and are of another file: they stay. */
  readonly others: readonly { readonly gateway: string; readonly file: string }[];
}

/** Which gateways an undo is for: those of its file, also when the file has them no longer. */
export function undoScope(journal: Records, asked: readonly string[]): UndoScope {
  const others = [...otherFilesOf(journal)].flatMap(([gateway, file]) =>
    asked.includes(gateway) ? [] : [{ gateway, file }],
  );
  const left = new Set(others.map(({ gateway }) => gateway));
  const standing = journal.standing().map(({ gateway }) => gateway);
  const gateways = [...new Set([...asked, ...standing])].filter((gateway) => !left.has(gateway));
  return { gateways, others };
}

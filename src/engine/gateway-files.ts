/** Whose a gateway is, where one journal has those of several files. Pure. */
import type { EntryRecord, JournalReader } from "./journal/journal.ts";

/**
 * The gateways that stand and were changed last by another file than the journal was opened for, each with that file.
 * Where nobody knows it, after a run of an older Wayout, it is none.
 */
export function otherFilesOf(
  standing: readonly EntryRecord[],
  journal: Pick<JournalReader, "file" | "runs">,
): ReadonlyMap<string, string> {
  const fileOfRun = new Map(journal.runs().map((run) => [run.id, run.file]));
  const files = standing.map(({ gateway, run }) => [gateway, fileOfRun.get(run) ?? journal.file] as const);
  return new Map([...new Map(files)].filter(([, file]) => file !== journal.file));
}

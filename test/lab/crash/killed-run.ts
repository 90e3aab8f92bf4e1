/** A run of apply or undo that is killed, as a test sees it. */
import { fileURLToPath } from "node:url";
import { type Ended, run } from "../wayout-command.ts";

const program = fileURLToPath(new URL("crashing-run.ts", import.meta.url));

export type Operation = "apply" | "undo";

/**
 * Runs to the first of these points, by number or name, and is killed there: then `code` is null. Not killed where it
 * comes to none of them. `points` are those it came to.
 */
export async function killedAt(
  lab: string,
  file: string,
  operation: Operation,
  ...at: readonly (number | string)[]
): Promise<Ended & { readonly points: readonly string[] }> {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const ended = await run(...node, lab, file, operation, ...at.map(String));
  return { ...ended, points: ended.stdout.trim().split("\n") };
}

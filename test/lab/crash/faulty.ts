/** A run of apply or undo in which something breaks, as a test sees it. */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { run } from "../wayout-command.ts";
import type { Operation } from "./killed-run.ts";

const program = fileURLToPath(new URL("faulty-run.ts", import.meta.url));

const told = z.object({
  broken: z.literal(true),
  outcome: z.string(),
  problems: z.array(
    z.object({
      code: z.string(),
      summary: z.string().min(1),
      hint: z.string().min(1),
      at: z.object({ step: z.string(), object: z.string() }),
    }),
  ),
});

/** Runs the operation as the command does, and breaks something at the point, as points.ts names it. */
export async function faulty(lab: string, file: string, operation: Operation, point: string, fault: string) {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
  const ended = await run(...node, lab, file, operation, point, ...fault.split(" "));
  return told.parse(JSON.parse(ended.stdout));
}

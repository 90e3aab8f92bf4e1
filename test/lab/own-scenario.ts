/** A lab of a scenario that a test writes itself. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./wayout-command.ts";

export async function upFrom(scenario: string, lab: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  try {
    const path = join(folder, "scenario.yaml");
    writeFileSync(path, scenario);
    await must("lab", "up", path, "--name", lab);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import type { HostFile } from "../host.ts";

/** What makes a command run at every boot. */
export interface BootEntry {
  /** As HostFacts.enabledUnits names it; undefined where nothing on the host can run it. */
  readonly unit: string | undefined;
  readonly files: readonly HostFile[];
  /** Shell lines, after the files are in place. `run` stops at a failing command and names it. */
  readonly enable: readonly string[];
}

import { statSync } from "node:fs";
import type { CloudConfig } from "./cloud-config.ts";

/** A secure.yaml keeps passwords out of clouds.yaml, and so from others: as ssh does with keys, this is told. */
export function readableByOthers({ secure }: Pick<CloudConfig, "secure">): readonly string[] {
  if (secure === undefined) return [];
  const mode = statSync(secure.path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o004) === 0) return [];
  return [
    `${secure.path} holds credentials and every user of this machine can read it (mode ${(mode & 0o777).toString(8)}): chmod 600 it`,
  ];
}

/** The boot entry of hosts without an init system that we know: one marked line in the local boot script. */
import type { HostFile } from "../host.ts";
import type { BootEntry } from "./boot-entry.ts";

/**
 * Right after the first line, for the script may end early; before other Wayout lines or after them makes no difference.
 * The file must be executable to be run.
 */
export function rcLocalEntry(unit: string, command: string, rcLocal: HostFile): BootEntry {
  return { unit, files: [withLine(rcLocal, unit, `${command} # ${unit}`)], enable: [] };
}

function withLine(rcLocal: HostFile, unit: string, line: string): HostFile {
  if (rcLocal.content.split("\n").includes(line)) return { ...rcLocal, mode: executable(rcLocal.mode) };
  const lines = withoutLine(rcLocal, unit).content.split("\n");
  const first = lines[0]?.startsWith("#!") ? 1 : 0;
  lines.splice(first, 0, line);
  return { ...rcLocal, mode: executable(rcLocal.mode), content: lines.join("\n") };
}

/** The script without our line; nothing else is touched. */
export function withoutLine(rcLocal: HostFile, unit: string): HostFile {
  const kept = rcLocal.content.split("\n").filter((line) => !line.endsWith(` # ${unit}`));
  return { ...rcLocal, content: kept.join("\n") };
}

function executable(mode: string): string {
  return (Number.parseInt(mode, 8) | 0o100).toString(8);
}

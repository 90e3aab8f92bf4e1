/** Takes the manual's NAT lines out of the files that would set them again at boot. Pure. */
import type { HostFile } from "./host.ts";
import { lineSource } from "./probe/hand-made.ts";

/** Where the local boot script lies. A link there leads to one of them. */
export const rcLocalPaths = ["/etc/rc.d/rc.local", "/etc/rc.local"] as const;

/** Where else the manual's commands are made to last. */
export const savedPaths = ["/etc/sysctl.conf", "/etc/sysconfig/iptables", "/etc/iptables/rules.v4"] as const;

export const handMadePaths = [...rcLocalPaths, ...savedPaths] as const;

/** The files that hold such lines, without them; every other byte stays. Files without such lines are left out. */
export function withoutHandMadeLines(files: readonly HostFile[]): readonly HostFile[] {
  return files.flatMap((file) => {
    if (file.encoding) return [];
    const lines = file.content.split("\n");
    const kept = lines.filter((line) => lineSource(line) === undefined);
    return kept.length === lines.length ? [] : [{ ...file, content: kept.join("\n") }];
  });
}

export function hasHandMadeLines(file: HostFile): boolean {
  return withoutHandMadeLines([file]).length > 0;
}

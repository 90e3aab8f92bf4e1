/** Kernel parameters: as they are, and as the boot will set them. */
import { deviceName } from "../../spec/forms.ts";
import type { HostFacts, HostFile, InitSystem } from "../host.ts";
import { sysctlNames } from "./script.ts";

/** Lines "name rw|ro value". */
export function parseSysctl(lines: readonly string[]): {
  values: Record<string, string>;
  readOnly: readonly string[];
} {
  const values: Record<string, string> = {};
  const readOnly: string[] = [];
  for (const line of lines) {
    const [name, access, ...value] = line.split(/\s+/);
    if (!name || !isParameter(name) || !/^-?\d+( -?\d+)*$/.test(value.join(" "))) continue;
    values[name] = value.join(" ");
    if (access === "ro") readOnly.push(name);
  }
  return { values, readOnly };
}

/** A name becomes a path. Parameters of devices whose names have another form are nobody's business here. */
function isParameter(name: string): boolean {
  const device = /^net\.ipv4\.conf\.(.+)\.(?:forwarding|send_redirects)$/.exec(name)?.[1];
  return sysctlNames.some((known) => known === name) || deviceName.safeParse(device).success;
}

/** systemd-sysctl and `sysctl --system`: a file hides those of the same name in folders further down. */
const folders = [
  "/etc/sysctl.d/",
  "/run/sysctl.d/",
  "/usr/local/lib/sysctl.d/",
  "/usr/lib/sysctl.d/",
  "/lib/sysctl.d/",
];

/**
 * What ip_forward will be after a boot: the last word in the order in which the files are read (sysctl.d(5)).
 * `lines` are "path real-path assignment". systemd reads /etc/sysctl.conf only where a link in sysctl.d leads there;
 * the scripts of SysV read it last; rc.local runs after all of them, and is all that runs without an init system.
 */
export function ipForwardAtBoot(
  lines: readonly string[],
  init: InitSystem,
  rcLocal: HostFile | undefined,
): HostFacts["ipForwardAtBoot"] {
  const found = lines.flatMap((line) => {
    const match = /^(\S+) (\S+) .*=\s*(\d+)\s*$/.exec(line);
    const [, path, real, value] = match ?? [];
    return path && real && value ? [{ path, real, value }] : [];
  });
  const inFolders = found
    .filter((one) => rank(one.path) < folders.length)
    .filter(
      (one) =>
        !found.some((other) => base(other.path) === base(one.path) && rank(other.path) < rank(one.path)),
    )
    .sort((a, b) => (base(a.path) < base(b.path) ? -1 : base(a.path) > base(b.path) ? 1 : 0));
  const main = init === "systemd" ? [] : found.filter((one) => one.path === "/etc/sysctl.conf");
  const last = init === "none" ? undefined : [...inFolders, ...main].at(-1);
  const local = rcLocalForwarding(rcLocal);
  if (local) return local;
  return last ? { value: last.value, file: last.real } : undefined;
}

function rcLocalForwarding(rcLocal: HostFile | undefined): HostFacts["ipForwardAtBoot"] {
  if (!rcLocal || rcLocal.encoding || !/[1357]/.test(rcLocal.mode)) return undefined;
  const value = [
    ...rcLocal.content.matchAll(
      /^[^#\n]*(?:echo\s+["']?([01])["']?\s*>\s*\/proc\/sys\/net\/ipv4\/ip_forward|net[./]ipv4[./]ip_forward=["']?([01]))/gm,
    ),
  ].at(-1);
  const last = value?.[1] ?? value?.[2];
  return last ? { value: last, file: rcLocal.path } : undefined;
}

function rank(path: string): number {
  const at = folders.findIndex((folder) => path.startsWith(folder));
  return at < 0 ? folders.length : at;
}

function base(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

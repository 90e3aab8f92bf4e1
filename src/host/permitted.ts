/**
 * The last look at a change before it becomes a script that root runs: it touches what is Wayout's, and the places where the
 * manual's commands were made to last, and nothing else. Steps and the journal's schemas let nothing else in; whoever adds a
 * step and forgets finds out here. Pure.
 */
import { deviceName } from "../spec/forms.ts";
import { handMadePaths } from "./hand-made-files.ts";
import type { HostFile } from "./host.ts";
import { ownPaths, ownUnits } from "./own-paths.ts";
import { pairPaths, pairUnits } from "./pair/paths.ts";
import { signingPaths } from "./pair/signing.ts";

const own: ReadonlySet<string> = new Set([...Object.values(ownPaths), ...Object.values(pairPaths)]);
/** What another step has put there goes too, but is written by nobody's change of files: the key never is in one. */
const removable: ReadonlySet<string> = new Set([...own, signingPaths.key, signingPaths.signed]);
const places: ReadonlySet<string> = new Set([...own, ...handMadePaths]);
const units: ReadonlySet<string> = new Set([...Object.values(ownUnits), ...Object.values(pairUnits)]);
const parameters: ReadonlySet<string> = new Set([
  "net.ipv4.ip_forward",
  "net.netfilter.nf_conntrack_max",
  "net.netfilter.nf_conntrack_buckets",
  "net.netfilter.nf_conntrack_tcp_be_liberal",
]);

/** What a change touches. */
interface Touched {
  readonly unit: string;
  readonly files: readonly HostFile[];
  readonly remove: readonly string[];
  readonly sysctl: Readonly<Record<string, string>>;
  readonly touchedSysctl: readonly string[];
  readonly load?: { readonly script: string; readonly rules: string };
}

/** @throws Error naming what the change must not touch: a fault of this program. */
export function mustBePermitted({ unit, files, remove, sysctl, touchedSysctl, load }: Touched): void {
  if (!units.has(unit)) throw refused("unit", unit);
  for (const { path, mode } of files) {
    if (!places.has(path)) throw refused("file", path);
    if (!/^[0-7]{3,4}$/.test(mode)) throw refused("mode", mode);
  }
  for (const path of remove) if (!removable.has(path)) throw refused("file", path);
  for (const path of load ? [load.script, load.rules] : []) if (!own.has(path)) throw refused("file", path);
  for (const name of [...Object.keys(sysctl), ...touchedSysctl]) {
    if (!parameters.has(name) && !isOfDevice(name)) throw refused("kernel parameter", name);
  }
  for (const value of Object.values(sysctl)) if (!/^-?\d{1,10}$/.test(value)) throw refused("value", value);
}

function isOfDevice(name: string): boolean {
  const device = /^net\.ipv4\.conf\.(.+)\.(accept_redirects|forwarding|send_redirects)$/.exec(name)?.[1];
  return deviceName.safeParse(device).success;
}

function refused(what: string, value: string): Error {
  return new Error(`a change of a host must not touch the ${what} ${JSON.stringify(value)}`);
}

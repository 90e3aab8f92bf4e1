/** Signed adverts of a pair: keepalived's `auth_hmac` (2.4 and later). Pure. */
import { oneAtATime, stateFolder } from "../own-paths.ts";
import { writeText } from "../script.ts";
import { pairFolder, pairPaths, pairState, pairUnits } from "./paths.ts";

/**
 * What a keepalived does with signatures. "none" knows of none; "receive-only" checks them but sends none; "permissive"
 * signs, and takes unsigned adverts too; "enforce" takes signed ones alone. Two neighbours in this order hear each other,
 * and so do two that are alike; any others do not, and both would become active.
 */
export const signingModes = ["none", "receive-only", "permissive", "enforce"] as const;
export type SigningMode = (typeof signingModes)[number];

/** Not among `pairPaths`: the probe reads those, and a key is read by keepalived alone. */
export const signingPaths = {
  key: `${pairFolder}/key`,
  /** Empty; its time says until when this host has signed adverts. */
  signed: `${pairFolder}/signed`,
  /** The configuration that keepalived was started with; empty where it signs nothing. */
  loaded: `${pairState}/signing.conf`,
  /** There while the clock is behind `signed`. */
  behind: `${pairState}/behind`,
} as const;

/**
 * The sequence numbers of adverts are made from the sender's clock, and must grow. Not `anti_replay time`: with it two
 * proxies whose clocks differ would not hear each other, and both would be active.
 */
export function signingConf(mode: Exclude<SigningMode, "none">): string {
  return `# Wayout: adverts of the pair are signed. Included by keepalived.conf, by way of ${signingPaths.loaded}.
auth_hmac {
	key 1 file:${signingPaths.key}
	active_key 1
	anti_replay monotonic
	mode ${mode}
}
`;
}

/** The mode that a configuration says; without one, keepalived enforces. */
export function modeOf(conf: string): SigningMode {
  if (!/^\s*auth_hmac\b/m.test(conf)) return "none";
  const said = /^\s*mode\s+(\S+)/m.exec(conf)?.[1];
  return signingModes.find((mode) => mode === said) ?? "enforce";
}

export interface KeepalivedVersion {
  readonly version: string;
  /** It is 2.4 or later, and was built with authentication. */
  readonly signs: boolean;
}

/** From `keepalived --version`; undefined for what is not understood. */
export function parseVersion(lines: readonly string[]): KeepalivedVersion | undefined {
  for (const line of lines) {
    const found = /^Keepalived v(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d.])/.exec(line);
    if (!found) continue;
    const [major, minor, patch] = found.slice(1).map(Number);
    if (major === undefined || minor === undefined) continue;
    const newEnough = major > 2 || (major === 2 && minor >= 4);
    const built = lines.some((one) => /^Config options:.* VRRP_AUTH( |$)/.test(one));
    return { version: `${major}.${minor}.${patch}`, signs: newEnough && built };
  }
  return undefined;
}

/** How one host of a pair stands. */
export interface HostSigning {
  readonly canSign: boolean;
  /** keepalived runs, or is about to: the other host must hear it. */
  readonly takesPart: boolean;
  /** Of the running keepalived; where none runs, of the one that would be started. */
  readonly mode: SigningMode;
  /** The configuration is what Wayout would write for that mode, and the running keepalived has it. */
  readonly exact: boolean;
  /** Fingerprint of a key that is well-formed and that only root can read; null for anything else. */
  readonly key: string | null;
  /** Its clock is behind the adverts that it has signed already. */
  readonly behind: boolean;
}

export type SigningMove =
  | { readonly kind: "mode"; readonly at: 0 | 1; readonly mode: SigningMode }
  /** A new key, on both. */
  | { readonly kind: "key" }
  /** Remove the keys from both. */
  | { readonly kind: "forget" };

export function hearEachOther(one: SigningMode, other: SigningMode): boolean {
  return Math.abs(rank(one) - rank(other)) <= 1;
}

/**
 * The next single change on the way to signed adverts, or back to unsigned ones; undefined at the end of it. After every
 * move the two hear each other, so that a run may end after any of them and the next one goes on.
 */
export function nextMove(
  pair: readonly [HostSigning, HostSigning],
  wanted: boolean,
): SigningMove | undefined {
  const goal = wanted && pair.every(({ canSign }) => canSign);
  const target = goal && hasOneKey(pair) && !pair.some(({ behind }) => behind) ? "enforce" : "none";
  for (const at of [0, 1] as const) {
    const own = pair[at];
    const mode = towards(target, pair[at === 0 ? 1 : 0]);
    if (mode !== own.mode || (mode === target && !own.exact)) return { kind: "mode", at, mode };
  }
  if (target === "enforce") return undefined;
  if (goal) return { kind: "key" };
  return pair.some(({ key }) => key !== null) ? { kind: "forget" } : undefined;
}

/** Of a host that is about to start in a mode, beside another one: that mode, and the other one's, so that they hear each other. */
export function startingModes(
  wish: SigningMode,
  other: Pick<HostSigning, "takesPart" | "mode">,
): { readonly start: SigningMode; readonly lowered: SigningMode } {
  if (!other.takesPart) return { start: wish, lowered: other.mode };
  const start = upTo(wish, rank(other.mode) + 1);
  return { start, lowered: upTo(other.mode, rank(start) + 1) };
}

export function hasOneKey([one, other]: readonly [HostSigning, HostSigning]): boolean {
  return one.key !== null && one.key === other.key;
}

/** The mode closest to the target in which the other host still hears this one. */
function towards(target: SigningMode, other: HostSigning): SigningMode {
  if (!other.takesPart) return target;
  const at = rank(other.mode);
  return signingModes[Math.min(Math.max(rank(target), at - 1), at + 1)] ?? "none";
}

function upTo(mode: SigningMode, most: number): SigningMode {
  return signingModes[Math.min(rank(mode), most)] ?? mode;
}

function rank(mode: SigningMode): number {
  return signingModes.indexOf(mode);
}

const begin = `set -e
${stateFolder}
${oneAtATime}
mkdir -p ${pairFolder}`;
const durable = "sync -f /etc 2>/dev/null || sync";

/** Writes the configuration, and has a keepalived that runs begin with it. A host without signatures keeps no key. */
export function modeScript(mode: SigningMode, reload: boolean): string {
  const write =
    mode === "none"
      ? `rm -f ${pairPaths.signing} ${signingPaths.key} ${signingPaths.key}.new`
      : `${writeText(`${pairPaths.signing}.new`, signingConf(mode))}
chmod 644 ${pairPaths.signing}.new
mv ${pairPaths.signing}.new ${pairPaths.signing}`;
  return `${begin}
${write}
${durable}
${reload ? `if systemctl is-active --quiet ${pairUnits.pair}; then systemctl reload ${pairUnits.pair}; fi` : ":"}`;
}

/** Stored where root alone can read it. The script goes over stdin; no command line has the key. */
export function keyScript(key: Uint8Array): string {
  return `${begin}
umask 077
${writeText(`${signingPaths.key}.new`, `hex:${Buffer.from(key).toString("hex")}\n`)}
chmod 600 ${signingPaths.key}.new
mv ${signingPaths.key}.new ${signingPaths.key}
rm -f ${signingPaths.signed}
${durable}`;
}

export const forgetScript = `${begin}
rm -f ${signingPaths.key} ${signingPaths.key}.new ${signingPaths.signed}
${durable}`;

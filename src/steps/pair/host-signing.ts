/** How the two hosts of a pair stand with signed adverts, and one change of one of them. */
import type { HostAddress, HostFacts } from "../../host/host.ts";
import { handOverScript } from "../../host/pair/hand-over.ts";
import { pairPaths } from "../../host/pair/paths.ts";
import {
  forgetScript,
  type HostSigning,
  hasOneKey,
  keyScript,
  modeOf,
  modeScript,
  nextMove,
  type SigningMode,
  signingConf,
  startingModes,
} from "../../host/pair/signing.ts";
import { askMembers, pairState } from "../../host/pair/state.ts";
import { Problem } from "../../report/problem.ts";
import type { World } from "../world.ts";
import { awaitAlone, awaitSettled, notSettled } from "./settled.ts";

/** Pure. */
export function hostSigning({ keepalived, signing, ownFiles }: HostFacts): HostSigning {
  const file = ownFiles.find(({ path }) => path === pairPaths.signing);
  const filed = modeOf(file?.content ?? "");
  const takesPart = signing.loaded !== null;
  const mode = signing.loaded === null ? filed : modeOf(signing.loaded);
  const wanted = mode === "none" ? "" : signingConf(mode);
  const same = (text: string) => text.trimEnd() === wanted.trimEnd();
  return {
    canSign: keepalived?.signs ?? false,
    takesPart,
    mode,
    exact: same(file?.content ?? "") && (!takesPart || same(signing.loaded ?? "")),
    key: signing.key,
    behind: signing.behind,
  };
}

/** The two hosts of a pair; the first one is changed first. */
export type Hosts = readonly [HostAddress, HostAddress];

export interface Going {
  /** Signed adverts, where both can; else back to unsigned ones. */
  readonly signed: boolean;
  /** 32 bytes by chance. */
  readonly newKey: () => Uint8Array;
  /** How long one change may take to settle; after that the next one is made all the same. */
  readonly patienceMs?: number;
}

/** A role that stays where it is is no failure: it moves with the restart then. */
const shortMs = 10_000;

/** More than twice the longest way there is: down, a new key, and up. */
const mostMoves = 24;

/**
 * Goes all the way, one host at a time. Ended at any point, the two still hear each other, and the next call goes on.
 * @throws Problem pair/not-settled.
 */
export async function goTo(hosts: Hosts, { signed, newKey, patienceMs }: Going, world: World): Promise<void> {
  for (let made = 0; made < mostMoves; made += 1) {
    const pair = await Promise.all([read(hosts[0], world), read(hosts[1], world)]);
    const move = nextMove(pair, signed);
    if (!move) return;
    if (move.kind === "mode") {
      const [own, other] = move.at === 0 ? hosts : ([hosts[1], hosts[0]] as const);
      // A host whose clock is behind is not fit before it has a new key: that is what is under way.
      const patience = patienceMs ?? (pair.some(({ behind }) => behind) ? shortMs : undefined);
      await setMode(own, other, move.mode, pair[move.at].takesPart, world, patience);
    } else if (move.kind === "forget") {
      for (const host of hosts) await world.host(host).write(forgetScript);
    } else {
      const key = newKey();
      for (const host of hosts) await storeKey(host, key, world);
    }
  }
  throw notSettled(hosts[0].server, "what is changed of its signed adverts does not stay");
}

/**
 * Ahead of the start of a host's keepalived: the other host must hear it. A newcomer has no key, and an older keepalived
 * cannot sign; then the other one, which is alone, takes unsigned adverts again first. Where the other one cannot be
 * asked, nothing is changed.
 */
export async function makeHeard(own: HostAddress, other: HostAddress, world: World): Promise<void> {
  const here = hostSigning(await world.host(own).facts());
  const there = await unlessAway(async () => hostSigning(await world.host(other).facts()));
  if (!there) return;
  const signs = here.canSign && hasOneKey([here, there]);
  if (here.takesPart) {
    const going = { signed: false, newKey: noKey };
    if (!signs && here.mode !== "none") await goTo([own, other], going, world);
    return;
  }
  const { start, lowered } = startingModes(signs ? here.mode : "none", there);
  if (lowered !== there.mode) {
    await world.host(other).write(modeScript(lowered, true));
    await awaitAlone(other, ({ signing }) => signing === lowered, world);
  }
  if (start !== here.mode) await world.host(own).write(modeScript(start, false));
}

function noKey(): never {
  throw new Error("adverts that are not signed need no key");
}

async function read(host: HostAddress, world: World): Promise<HostSigning> {
  return hostSigning(await world.host(host).facts({ anew: true }));
}

/**
 * Where its keepalived runs, waits until that has begun with the mode and the two are settled. A restart ends its adverts
 * for a moment: an active host hands its role over first, where the other one is ready.
 */
async function setMode(
  own: HostAddress,
  other: HostAddress,
  mode: SigningMode,
  running: boolean,
  world: World,
  patienceMs?: number,
): Promise<void> {
  const settle = async (withinMs: number | undefined): Promise<void> => {
    try {
      await awaitSettled(own, other, world, withinMs);
    } catch (cause) {
      if (withinMs === undefined || !(cause instanceof Problem)) throw cause;
    }
  };
  if (running && (await isActiveBesideStandby(own, other, world))) {
    await world.host(own).write(handOverScript);
    await settle(shortMs);
  }
  await world.host(own).write(modeScript(mode, running));
  if (running) await settle(patienceMs);
}

async function isActiveBesideStandby(own: HostAddress, other: HostAddress, world: World): Promise<boolean> {
  const state = pairState(await askMembers([world.host(own), world.host(other)]));
  return state.active === own.server && state.notReady === "";
}

/** What a host answers may hold what it was sent: an error must not. */
async function storeKey(host: HostAddress, key: Uint8Array, world: World): Promise<void> {
  try {
    await world.host(host).write(keyScript(key));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const { code, summary, hint, retry } = cause.toJSON();
    const clean = (text: string) => text.replaceAll(Buffer.from(key).toString("hex"), "(the key)");
    throw new Problem({
      code,
      summary: clean(summary),
      ...(cause.detail === undefined ? {} : { detail: clean(cause.detail) }),
      ...(hint === undefined ? {} : { hint }),
      retry: retry ?? false,
    });
  }
}

async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem && cause.code.startsWith("host/")) return undefined;
    throw cause;
  }
}

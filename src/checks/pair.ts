import { setTimeout as sleep } from "node:timers/promises";
import { askMembers, type PairState, pairState } from "../host/pair/state.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";

const betweenLooksMs = 300;

/** How the two proxies of a gateway stand. */
export async function readPair(gateway: Gateway, world: ReadOnlyWorld): Promise<PairState> {
  return pairState(await askMembers(gateway.proxies.map(({ host }) => world.host(host))));
}

/** The same, asked again until it is so, for at most so long: how it stands then. */
export async function awaitPair(
  gateway: Gateway,
  world: ReadOnlyWorld,
  isSo: (state: PairState) => boolean,
  withinMs: number,
): Promise<PairState> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const state = await readPair(gateway, world);
    if (isSo(state) || performance.now() >= deadline) return state;
    await sleep(betweenLooksMs);
  }
}

/** The standby could take over without a loss. Pure. */
export const isWhole = ({ notReady }: PairState): boolean => notReady === "";

/** Exactly one is active. Pure. */
export const isUndivided = ({ split }: PairState): boolean => split === "";

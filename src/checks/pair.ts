import { askMembers, type PairState, pairState } from "../host/pair/state.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";

/** How the two proxies of a gateway stand. */
export async function readPair(gateway: Gateway, world: ReadOnlyWorld): Promise<PairState> {
  return pairState(await askMembers(gateway.proxies.map(({ host }) => world.host(host))));
}

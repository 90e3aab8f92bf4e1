/** Whether clients would come through the standby of a pair, were it the active one. Its own words are of connections only. */
import { readPair } from "../checks/pair.ts";
import type { PairState } from "../host/pair/state.ts";
import { isOfPair } from "../steps/all-steps.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";
import { observeStep, type Seen, type Work } from "./observe.ts";

/** How the pair stands, its standby looked at from the cloud too. */
export async function readStanding(work: Work, world: ReadOnlyWorld): Promise<PairState> {
  return withStandby(await readPair(work.gateway, world), work, world);
}

/**
 * A standby is not ready either where the cloud's source/destination check, its security group or its own firewall would
 * drop what it forwards: connections that it knows would hang all the same.
 */
export async function withStandby(
  state: PairState,
  { steps }: Work,
  world: ReadOnlyWorld,
): Promise<PairState> {
  const { standby, notReady } = state;
  if (standby === null || notReady !== "") return state;
  // What the pair needs of its own is in its words already.
  const way = steps.filter(({ kind, object }) => object === standby && !isOfPair(kind));
  const seen = await Promise.all(way.map((step) => observeStep(step, world)));
  return { ...state, notReady: whyNotThrough(standby, seen) };
}

/** Pure. */
function whyNotThrough(standby: string, seen: readonly Seen[]): string {
  const reasons = seen.flatMap(({ observation }) => {
    if (!("decide" in observation)) return [observation.summary];
    const { action, because } = observation.decide({ adopt: false });
    return action === "none" ? [] : [because];
  });
  return reasons.length === 0 ? "" : `${standby}: ${[...new Set(reasons)].join("; ")}`;
}

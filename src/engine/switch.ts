/** `wayout switch`: hands the active role of a pair to the other proxy, with every open connection. */
import { awaitPair, isWhole } from "../checks/pair.ts";
import { handOverScript } from "../host/pair/hand-over.ts";
import type { PairState } from "../host/pair/state.ts";
import { Problem } from "../report/problem.ts";
import type { Gateway, ProxyServer } from "../steps/gateway.ts";
import type { World } from "../steps/world.ts";
import type { Work } from "./observe.ts";
import { mustBeSetUp } from "./set-up-pair.ts";
import { readStanding } from "./standby.ts";
import { nothingChanged, unlessStopped } from "./unless-stopped.ts";

export interface Switched {
  readonly from: string;
  readonly to: string;
  /** How the pair stands afterwards. */
  readonly state: PairState;
}

/** The proxy that was active begins to follow the other one within a second or two. */
const settleMs = 10_000;

/**
 * @param force also where the standby is not ready: open connections end, or nothing comes through.
 * @throws Problem pair/not-a-pair, pair/not-set-up, pair/no-active, pair/standby-not-ready, pair/not-switched
 */
export async function switchActive(
  work: Work,
  world: World,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<Switched> {
  const { gateway } = work;
  mustBeSetUp(gateway);
  const { active, standby, split, notReady } = await unlessStopped(
    readStanding(work, world),
    signal,
    nothingChanged,
  );
  const from = gateway.proxies.find(({ server }) => server.name === active);
  if (!from || standby === null) {
    throw new Problem({
      code: "pair/no-active",
      summary: split,
      hint: "`wayout status` shows both proxies; `wayout apply` sets up what is missing.",
    });
  }
  if (notReady !== "" && !force) {
    throw new Problem({
      code: "pair/standby-not-ready",
      summary: `the standby could not take over without a loss: ${notReady}`,
      hint: "Mend that first (`wayout apply` sets up what is missing), or switch all the same with --force: open connections may end, or clients lose their way out.",
    });
  }
  await world.host(from.host).write(handOverScript);
  return { from: from.server.name, to: standby, state: await settled(gateway, world, from) };
}

/** Waits until the other one is active and this one follows it. */
async function settled(gateway: Gateway, world: World, from: ProxyServer): Promise<PairState> {
  const moved = ({ active }: PairState): boolean => active !== null && active !== from.server.name;
  const state = await awaitPair(gateway, world, (now) => moved(now) && isWhole(now), settleMs);
  if (moved(state)) return state;
  throw new Problem({
    code: "pair/not-switched",
    summary: `${from.server.name} was asked to hand over, but ${state.active === null ? state.split : "is still active"}`,
    hint: "`wayout status` says how both stand. Nothing is lost: the role stays where it is.",
    retry: true,
  });
}

/** Makes the fault, and waits until the other proxy is active and the pair whole again. */
import { setTimeout as sleep } from "node:timers/promises";
import { awaitPair, isWhole, readPair } from "../../checks/pair.ts";
import type { MemberReport } from "../../host/pair/report.ts";
import type { PairState } from "../../host/pair/state.ts";
import type { Gateway, ProxyServer } from "../../steps/gateway.ts";
import type { World } from "../../steps/world.ts";
import { type Fault, make, momentOf } from "./faults.ts";

export interface FailedOver {
  /** By the clock of the proxy that was broken; null where it could not be read. */
  readonly momentMs: number | null;
  /** What the other proxy said when it was seen to be active; null: it never was. */
  readonly successor: MemberReport | null;
  /** Why it was not seen to be active; empty when it was. */
  readonly unseen: string;
  readonly state: PairState;
  /** By the clock here; null: it is not whole. */
  readonly wholeAtMs: number | null;
}

/** Times are read from the hosts afterwards: asking at once would only disturb what is measured. */
const firstLookMs = 1500;
const betweenLooksMs = 500;
/** An election takes less than a second, a login to a busy host some more. */
const movedWithinMs = 20_000;
/** Where the pair is whole by then and the role where it was, it has not moved, or has come back. */
const stayedAfterMs = 5000;

/** Once the fault is made nothing stops it: whoever waits for less would know less, and would not know that it is over. */
export async function failOver(
  gateway: Gateway,
  world: World,
  {
    fault,
    active,
    other,
  }: { readonly fault: Fault; readonly active: ProxyServer; readonly other: ProxyServer },
): Promise<FailedOver> {
  const host = world.host(active.host);
  const made = await make(fault, host);
  const began = performance.now();
  const pastMs = (): number => performance.now() - began;
  await pause(firstLookMs);
  let successor: MemberReport | null = null;
  let unseen = "";
  for (;;) {
    // It alone: a login to the one that is broken may hang.
    const { active: now, members } = await readPair({ ...gateway, proxies: [other] }, world);
    if (now === other.server.name) {
      successor = members[0]?.report ?? null;
      unseen = "";
      break;
    }
    unseen = unseen || members[0]?.unreachable || `${other.server.name} stood by whenever it was asked`;
    if (pastMs() > movedWithinMs) break;
    if (pastMs() > fault.awayMs + stayedAfterMs && isWhole(await readPair(gateway, world))) break;
    await pause(betweenLooksMs);
  }
  await pause(fault.awayMs + 1000 - pastMs());
  const state = await awaitPair(gateway, world, isWhole, fault.wholeWithinMs - pastMs());
  const wholeAtMs = isWhole(state) ? Date.now() : null;
  return { momentMs: await momentOf(made, host), successor, unseen, state, wholeAtMs };
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms);
}

import { movesEip, rebindStep } from "../steps/all-steps.ts";
import { eipOf } from "../steps/gateway-eip.ts";
import { connectionSync } from "../steps/pair/connection-sync.ts";
import { role } from "../steps/pair/role.ts";
import type { EntryRecord } from "./journal/journal.ts";
import type { Work } from "./observe.ts";
import { keyOf } from "./ways.ts";

/** A step of an earlier run that the spec no longer asks for: a subnet or a proxy that left the gateway. */
export interface StaleStep {
  /** Its latest change; undo needs the earliest too and finds it by its key. */
  readonly entry: EntryRecord;
  readonly because: string;
  readonly notice: string;
}

type Steps = Pick<Work, "gateway" | "steps">;

const partInPair = [role.kind, connectionSync.kind];

/**
 * The part that proxies had in a pair which they left: taken back ahead of everything else. The proxy that stays has the
 * active role before it is given another partner, or none; and it hears of connections from one partner at a time, since
 * conntrackd takes what two of them tell for one row of numbers and drops what comes too late in it.
 */
export function departedMembers(standing: readonly EntryRecord[], work: Steps): StaleStep[] {
  const proxies = work.gateway.proxies.map(({ server }) => server.name);
  return staleSteps(standing, work).filter(
    ({ entry }) => partInPair.includes(entry.kind) && !proxies.includes(entry.object),
  );
}

/** Steps of the gateway that stand in the journal and are not among those it wants now. Pure. */
export function staleSteps(standing: readonly EntryRecord[], { gateway, steps }: Steps): StaleStep[] {
  const wanted = new Set(steps.map((step) => step.id));
  // An EIP goes along with the gateway; undo of all brings it back the way it came.
  const eips = [gateway.chosenIp, ...gateway.proxies.map((proxy) => proxy.publicIp)];
  const serves = ({ kind, want }: EntryRecord) =>
    movesEip(kind) && eips.some((eip) => eip?.id === eipOf(want));
  const latest = new Map(standing.map((entry) => [keyOf(entry), entry]));
  return [...latest.values()]
    .filter((entry) => entry.gateway === gateway.name && !wanted.has(entry.stepId))
    .filter((entry) => !serves(entry))
    .map((entry) => ({
      entry,
      because: `${gateway.name} no longer asks for it`,
      notice: rebindStep(entry.kind, entry.want, [entry]).notice,
    }));
}

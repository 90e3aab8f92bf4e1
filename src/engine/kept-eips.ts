/** Which EIP each gateway is known by, as the journal has it: also where somebody has unbound or released it meanwhile. Pure. */
import { movesEip } from "../steps/all-steps.ts";
import { type KnownEip, knownEipOf } from "../steps/gateway-eip.ts";
import type { EntryRecord } from "./journal/journal.ts";

/** @param standing oldest first. @returns EIPs by the names of the gateways. */
export function keptEips(standing: readonly EntryRecord[]): ReadonlyMap<string, KnownEip> {
  return new Map(
    standing.flatMap(({ gateway, kind, want, before }): [string, KnownEip][] => {
      const eip = movesEip(kind) ? knownEipOf(want, before) : undefined;
      return eip ? [[gateway, eip]] : [];
    }),
  );
}

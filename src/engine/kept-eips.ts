/** Which EIP each gateway is known by, as the journal has it: also where somebody has unbound it meanwhile. Pure. */
import { movesEip } from "../steps/all-steps.ts";
import { eipOf } from "../steps/gateway-eip.ts";
import type { EntryRecord } from "./journal/journal.ts";

/** @param standing oldest first. @returns ids by the names of the gateways. */
export function keptEips(standing: readonly EntryRecord[]): ReadonlyMap<string, string> {
  return new Map(
    standing.flatMap(({ gateway, kind, want }): [string, string][] => {
      const eip = movesEip(kind) ? eipOf(want) : null;
      return eip === null ? [] : [[gateway, eip]];
    }),
  );
}

/** A host on which nothing moves, for tests of what a step reads there. */
import { readFileSync } from "node:fs";
import type { HostFacts } from "../../host/host.ts";
import { parseFacts } from "../../host/probe/facts.ts";
import type { ReadOnlyWorld } from "../world.ts";
import { type Still, stillWorld } from "./still-cloud.ts";

/** As a real host of that name in test/cases/host-facts printed them. */
export function factsOf(name: string): HostFacts {
  const file = new URL(`../../../test/cases/host-facts/${name}.txt`, import.meta.url);
  return parseFacts(readFileSync(file, "utf8"));
}

/** Every host in it is the one with these facts. */
export function worldOfHost(facts: HostFacts, still: Still = {}): ReadOnlyWorld {
  return {
    ...stillWorld(still),
    host: (address) => ({
      address,
      facts: async () => facts,
      read: () => {
        throw new Error(`host ${address.server} was asked for more than its facts`);
      },
    }),
  };
}

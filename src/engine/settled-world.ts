import { settledHost } from "../host/settled.ts";
import type { Report } from "../report/events.ts";
import type { World } from "../steps/world.ts";

/** The world of a run: before a host is read, what a killed run left unconfirmed on it is taken back. */
export function settledWorld(world: World, report: Report): World {
  return {
    cloud: world.cloud,
    host(address) {
      const text = `${address.server}: took back a change of an earlier run, which ended before it confirmed the change`;
      return settledHost(world.host(address), () => report({ kind: "note", text }));
    },
  };
}

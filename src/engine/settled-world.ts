import { settledHost } from "../host/settled.ts";
import type { Report } from "../report/events.ts";
import type { World } from "../steps/world.ts";

/** The world of a run: before a host is read, what a killed run left unconfirmed on it is taken back, and what the host still does for it is waited for. */
export function settledWorld(world: World, report: Report): World {
  return {
    cloud: world.cloud,
    host(address) {
      const text = `${address.server}: ended a change of an earlier run that was cut short`;
      return settledHost(world.host(address), () => report({ kind: "note", text }));
    },
  };
}

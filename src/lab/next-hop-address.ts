import type { LabRoute, LabState } from "./state.ts";

/** The address behind a next hop, where it has one: all that packets and older views of routes know. */
export function nextHopAddress(state: LabState, route: LabRoute): string | undefined {
  switch (route.type) {
    case "ecs":
      return state.ports.ofServer(route.nexthop)[0]?.ip;
    case "eni":
      return state.ports.get(route.nexthop)?.ip;
    case "vip":
      return route.nexthop;
    default:
      return undefined;
  }
}

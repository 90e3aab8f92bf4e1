import { contains, parseRange, rangeOf } from "../../../spec/addresses.ts";
import type { LabRoute, LabRouteTable, LabState } from "../../state.ts";
import { subnetsOf } from "./lookups.ts";
import { virtualIpOwner } from "./ports.ts";
import { requireRoom } from "./quotas.ts";
import { Refused } from "./refused.ts";

export interface RouteChanges {
  readonly add?: readonly LabRoute[] | undefined;
  readonly mod?: readonly LabRoute[] | undefined;
  /** Destinations. */
  readonly del?: readonly string[] | undefined;
}

/** Ranges that every VPC keeps to itself (VPC guide, "Route Tables and Routes"): loopback, OTC's own services, internal addresses. */
const alwaysLocal = ["127.0.0.0/8", "100.64.0.0/10", "198.19.128.0/20"];

/** Destinations of the VPC's `local` routes: its subnets, then the ranges that are always local. */
export function localDestinations(state: LabState, vpcId: string): string[] {
  return [...subnetsOf(state, vpcId).map((subnet) => subnet.cidr), ...alwaysLocal];
}

/** The table's routes after the changes: first `del`, then `mod`, then `add`. The destination is the key. */
export function changedRoutes(state: LabState, table: LabRouteTable, changes: RouteChanges): LabRoute[] {
  const { add = [], mod = [], del = [] } = changes;
  const routes = new Map(table.routes.map((route) => [route.destination, route]));
  const local = localDestinations(state, table.vpcId);
  for (const destination of del) {
    if (local.includes(destination)) {
      throw new Refused("route", "is-default", `The local route ${destination} cannot be deleted.`);
    }
    if (!routes.delete(destination)) {
      throw new Refused(
        "route",
        "missing",
        `Route ${destination} does not exist in route table ${table.id}.`,
      );
    }
  }
  for (const route of mod) {
    requireRoute(state, table, route, local);
    if (!routes.has(route.destination)) {
      throw new Refused(
        "route",
        "missing",
        `Route ${route.destination} does not exist in route table ${table.id}.`,
      );
    }
    routes.set(route.destination, route);
  }
  for (const route of add) {
    requireRoute(state, table, route, local);
    if (routes.has(route.destination)) {
      throw new Refused(
        "route",
        "duplicate",
        `The route destination ${route.destination} already exists in route table ${table.id}.`,
      );
    }
    routes.set(route.destination, route);
  }
  if (routes.size > table.routes.length) requireRoom(state, "routesPerTable", "route", 0, routes.size);
  return [...routes.values()];
}

function requireRoute(
  state: LabState,
  table: LabRouteTable,
  route: LabRoute,
  local: readonly string[],
): void {
  const range = parseRange(route.destination);
  if (!range || range.cidr !== route.destination) {
    throw new Refused("route", "invalid", `The route destination ${route.destination} is not a valid CIDR.`);
  }
  // A Neutron router takes any destination, and an address of its subnets as next hop, which is looked at before.
  if (state.cloud === "openstack") return;
  if (local.some((each) => contains(rangeOf(each), range))) {
    throw new Refused(
      "route",
      "overlap",
      `The route destination ${route.destination} is inside a system route.`,
    );
  }
  if (route.description.length > 255 || /[<>]/.test(route.description)) {
    throw new Refused("route", "invalid", "A description has at most 255 characters and no angle brackets.");
  }
  if (table.isDefault && (route.type === "vpn" || route.type === "dc")) {
    throw new Refused("route", "invalid", `A default route table takes no route of type ${route.type}.`);
  }
  requireNextHop(state, table.vpcId, route);
}

/** What the next hop names has to be in the VPC; gateways that the lab does not have are taken as they are. */
function requireNextHop(state: LabState, vpcId: string, route: LabRoute): void {
  const inVpc = (subnetId: string) => state.subnets.get(subnetId)?.vpcId === vpcId;
  const known = {
    ecs: () => state.ports.ofServer(route.nexthop).some((port) => inVpc(port.subnetId)),
    eni: () => {
      const port = state.ports.get(route.nexthop);
      return port !== undefined && port.serverId !== "" && inVpc(port.subnetId);
    },
    vip: () =>
      subnetsOf(state, vpcId).some((subnet) => {
        const port = state.ports.get(state.ports.withAddress(subnet.id, route.nexthop) ?? "");
        return port !== undefined && port.serverId === "" && ["", virtualIpOwner].includes(port.owner);
      }),
    nat: () => route.nexthop !== "",
    peering: () => route.nexthop !== "",
    vpn: () => route.nexthop !== "",
    dc: () => route.nexthop !== "",
    er: () => route.nexthop !== "",
  } satisfies Record<LabRoute["type"], () => boolean>;
  if (!known[route.type]()) {
    throw new Refused(
      "route",
      "foreign",
      `The next hop ${route.type} ${route.nexthop} is not in VPC ${vpcId}.`,
    );
  }
}

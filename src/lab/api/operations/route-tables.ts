import { randomUUID } from "node:crypto";
import type { LabRoute, LabRouteTable, LabState, LabVpc } from "../../state.ts";
import { defaultTableOf, tablesOf } from "./lookups.ts";
import { requireRoom } from "./quotas.ts";
import { found, Refused } from "./refused.ts";
import { changedRoutes, type RouteChanges } from "./routes.ts";

export interface RouteTableWish {
  readonly vpcId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly routes?: readonly LabRoute[] | undefined;
}

/** VPC API, "Creating a Route Table": more come with an update. */
export const maxRoutesAtCreation = 5;

export function addRouteTable(state: LabState, wish: RouteTableWish, at: Date = new Date()): LabRouteTable {
  const vpc = found(state.vpcs, "vpc", wish.vpcId);
  const used = tablesOf(state, vpc.id).length;
  requireRoom(state, "routeTablesPerVpc", "route-table", used);
  const empty = emptyTable(vpc, requireName(wish.name), false, at);
  const table = {
    ...empty,
    description: requireDescription(wish.description ?? ""),
    routes: changedRoutes(state, empty, { add: wish.routes ?? [] }),
  };
  state.routeTables.set(table.id, table);
  return table;
}

/** The table that a VPC is born with. */
export function addDefaultRouteTable(state: LabState, vpc: LabVpc, at: Date): void {
  const table = emptyTable(vpc, `rtb-${vpc.name}`, true, at);
  state.routeTables.set(table.id, table);
}

export interface RouteTableChange extends RouteChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** All of the changes or none. */
export function updateRouteTable(state: LabState, id: string, change: RouteTableChange): LabRouteTable {
  const table = found(state.routeTables, "route-table", id);
  const changed = {
    ...table,
    name: change.name === undefined ? table.name : requireName(change.name),
    description:
      change.description === undefined ? table.description : requireDescription(change.description),
    routes: changedRoutes(state, table, change),
  };
  state.routeTables.set(id, changed);
  return changed;
}

export function removeRouteTable(state: LabState, id: string): void {
  const table = found(state.routeTables, "route-table", id);
  if (table.isDefault) {
    throw new Refused("route-table", "is-default", "The default route table cannot be deleted.");
  }
  if (table.subnetIds.length > 0) {
    throw new Refused(
      "route-table",
      "in-use",
      `Route table ${id} is associated with ${table.subnetIds.length} subnets.`,
    );
  }
  state.routeTables.delete(id);
}

/** Moves the subnets to this table, each straight from the one it was in. */
export function associateSubnets(state: LabState, id: string, subnetIds: readonly string[]): LabRouteTable {
  const table = found(state.routeTables, "route-table", id);
  for (const subnetId of subnetIds) requireSubnetOf(state, table, subnetId);
  move(state, table, subnetIds);
  return found(state.routeTables, "route-table", id);
}

/** Moves the subnets back to the VPC's default table. */
export function disassociateSubnets(
  state: LabState,
  id: string,
  subnetIds: readonly string[],
): LabRouteTable {
  const table = found(state.routeTables, "route-table", id);
  for (const subnetId of subnetIds) {
    requireSubnetOf(state, table, subnetId);
    if (!table.subnetIds.includes(subnetId) || table.isDefault) {
      throw new Refused(
        "route-table",
        "invalid",
        `Subnet ${subnetId} is not associated with route table ${id}.`,
      );
    }
  }
  move(state, defaultTableOf(state, table.vpcId), subnetIds);
  return found(state.routeTables, "route-table", id);
}

function move(state: LabState, to: LabRouteTable, subnetIds: readonly string[]): void {
  const moved = new Set(subnetIds);
  for (const table of tablesOf(state, to.vpcId)) {
    const staying = table.subnetIds.filter((subnetId) => !moved.has(subnetId));
    const coming = table.id === to.id ? moved : [];
    state.routeTables.set(table.id, { ...table, subnetIds: [...staying, ...coming] });
  }
}

function requireSubnetOf(state: LabState, table: LabRouteTable, subnetId: string): void {
  if (state.subnets.get(subnetId)?.vpcId !== table.vpcId) {
    throw new Refused(
      "route-table",
      "foreign",
      `Subnet ${subnetId} does not exist or does not belong to VPC ${table.vpcId}.`,
    );
  }
}

function emptyTable(vpc: LabVpc, name: string, isDefault: boolean, at: Date): LabRouteTable {
  return {
    id: randomUUID(),
    name,
    description: "",
    vpcId: vpc.id,
    isDefault,
    routes: [],
    subnetIds: [],
    createdAt: at.toISOString(),
  };
}

function requireName(name: string): string {
  if (/^[\p{L}\p{N}_.-]{1,64}$/u.test(name)) return name;
  throw new Refused("route-table", "invalid", `Route table name is invalid: ${name}`);
}

function requireDescription(text: string): string {
  if (text.length <= 255 && !/[<>]/.test(text)) return text;
  throw new Refused(
    "route-table",
    "invalid",
    "A description has at most 255 characters and no angle brackets.",
  );
}

import { randomUUID } from "node:crypto";
import { contains, parseRange, rangeOf } from "../../../spec/addresses.ts";
import type { LabState, LabVpc } from "../../state.ts";
import { subnetsOf, tablesOf } from "./lookups.ts";
import { requireRoom } from "./quotas.ts";
import { found, Refused } from "./refused.ts";
import { addDefaultRouteTable } from "./route-tables.ts";

export interface VpcWish {
  readonly name: string;
  readonly cidr: string;
  readonly description?: string | undefined;
  readonly router?: LabVpc["router"] | undefined;
}

export type VpcChange = {
  readonly [Field in "name" | "cidr" | "description"]?: VpcWish[Field] | undefined;
} & { readonly tags?: readonly string[] | undefined };

/** Creates the VPC with its default route table. */
export function addVpc(state: LabState, wish: VpcWish, at: Date = new Date()): LabVpc {
  requireRoom(state, "vpcs", "vpc", state.vpcs.size);
  requireName(state, wish.name);
  const vpc: LabVpc = {
    id: randomUUID(),
    name: wish.name,
    description: wish.description ?? "",
    cidr: requireCidr(wish.cidr),
    router: wish.router ?? "outside",
    tags: [],
    createdAt: at.toISOString(),
  };
  state.vpcs.set(vpc.id, vpc);
  addDefaultRouteTable(state, vpc, at);
  return vpc;
}

/** Name, description and range may change; the range must still hold every subnet. */
export function updateVpc(state: LabState, id: string, change: VpcChange): LabVpc {
  const vpc = found(state.vpcs, "vpc", id);
  if (change.name !== undefined && change.name !== vpc.name) requireName(state, change.name);
  const cidr = change.cidr === undefined ? vpc.cidr : requireCidr(change.cidr);
  const range = rangeOf(cidr);
  for (const subnet of subnetsOf(state, id)) {
    if (!contains(range, rangeOf(subnet.cidr))) {
      throw new Refused("vpc", "out-of-range", `${cidr} does not contain subnet ${subnet.cidr}.`);
    }
  }
  const changed = {
    ...vpc,
    name: change.name ?? vpc.name,
    description: change.description ?? vpc.description,
    cidr,
    tags: change.tags ?? vpc.tags,
  };
  state.vpcs.set(id, changed);
  return changed;
}

/** Only an empty VPC goes; its route tables go with it. */
export function removeVpc(state: LabState, id: string): void {
  found(state.vpcs, "vpc", id);
  if (subnetsOf(state, id).length > 0) {
    throw new Refused("vpc", "in-use", "Router contains subnets, please delete subnet first.");
  }
  for (const table of tablesOf(state, id)) state.routeTables.delete(table.id);
  state.vpcs.delete(id);
}

function requireName(state: LabState, name: string): void {
  if (!/^[\p{L}\p{N}_.-]{1,64}$/u.test(name)) {
    throw new Refused("vpc", "invalid", `VPC name is invalid: ${name}`);
  }
  if (state.vpcs.values().some((vpc) => vpc.name === name)) {
    throw new Refused("vpc", "duplicate", `The router name exists: ${name}`);
  }
}

function requireCidr(text: string): string {
  const range = parseRange(text);
  if (!range || range.cidr !== text || range.prefix < 8 || range.prefix > 28) {
    throw new Refused("vpc", "invalid", `VPC cidr is invalid: ${text}`);
  }
  return range.cidr;
}

/**
 * The EIP that a gateway is seen as: which one it is, and how it comes to its place and back. Its place is the NIC of the
 * only proxy, or the outer virtual IP of a pair; it goes along when the one becomes the other.
 */
import { z } from "zod";
import type { Cloud, CloudReader, PublicIp } from "../cloud/cloud.ts";
import type { JsonValue } from "../report/json-value.ts";
import { Problem } from "../report/problem.ts";
import { address, cloudId } from "../spec/forms.ts";
import { movingMark, ownName } from "./gateway.ts";
import type { Decision, Gone, Observed } from "./step.ts";

const eip = z.object({
  id: cloudId,
  address,
  boundTo: cloudId.nullable(),
  /** A run was killed while it moved it: it is free, and the gateway's. */
  moving: z.boolean(),
});
/** keep, allocate, or an address. */
export const wishForm = z.union([z.enum(["keep", "allocate"]), address]);
export const placed = z.object({
  /** The EIP at the place. */
  bound: eip.nullable(),
  /** The EIP that belongs there, wherever it is. */
  chosen: eip.nullable(),
});
export type Placed = z.infer<typeof placed>;
type Eip = z.infer<typeof eip>;

const wantsEip = z.object({ eip: cloudId.nullable() });

/** The id of the EIP that a recorded step brings to its place. Pure. */
export function eipOf(want: JsonValue): string | null {
  return wantsEip.safeParse(want).data?.eip ?? null;
}

/** An EIP of a record: the account may have it no longer. */
export interface KnownEip {
  readonly id: string;
  /** "" where the record does not say. */
  readonly address: string;
}

/** The EIP that a recorded step brings to its place. Pure. */
export function knownEipOf(want: JsonValue, before: JsonValue): KnownEip | undefined {
  const id = eipOf(want);
  if (id === null) return undefined;
  const chosen = chosenBefore(before);
  return { id, address: chosen?.id === id ? chosen.address : "" };
}

/** By the state before a recorded step, its EIP was bound already. Pure. */
export function wasBound(before: JsonValue): boolean {
  return (chosenBefore(before)?.boundTo ?? null) !== null;
}

const stateBefore = z.object({ have: z.object({ chosen: eip.nullable() }) });

function chosenBefore(before: JsonValue): Eip | null {
  return stateBefore.safeParse(before).data?.have.chosen ?? null;
}

/** It was allocated for the gateway, by its name. */
export function isAllocated(gateway: string, { name }: PublicIp): boolean {
  return nameOf(gateway, name) === ownName(gateway);
}

function nameOf(gateway: string, name: string): string {
  return isMoving(gateway, name) ? name.slice(movingMark(gateway).length) : name;
}

/** A run was killed while it moved it: it is free, and nobody can log in by it. */
export function isOnItsWay(gateway: string, { name, nicId }: PublicIp): boolean {
  return nicId === undefined && isMoving(gateway, name);
}

function isMoving(gateway: string, name: string): boolean {
  return name.startsWith(movingMark(gateway));
}

export interface Seeking {
  readonly gateway: string;
  /** keep, allocate, or an address. */
  readonly wish: string;
  /** Absent while the virtual IP is not made yet. */
  readonly place: string | undefined;
  /** The NICs of a pair's proxies: `keep` takes the EIP of the first one that has one. */
  readonly from: readonly string[];
  /** The virtual IP of the pair that the gateway was: whatever it has goes on at the place. */
  readonly leaving: string | undefined;
  /** The id of the EIP that a run brought to the pair: `keep` means that one, also where somebody has unbound it. */
  readonly recorded: string | undefined;
}

/** @returns undefined where none is to be kept, the account does not have it, or it is still to be allocated. Pure. */
export function chooseEip(all: readonly PublicIp[], seeking: Seeking): PublicIp | undefined {
  const { gateway, wish, place, from, leaving, recorded } = seeking;
  const at = (nicId: string | undefined) =>
    nicId === undefined ? undefined : all.find((one) => one.nicId === nicId);
  if (isGiven(wish)) return all.find((one) => one.address === wish);
  const there = at(place) ?? all.find(({ name }) => isMoving(gateway, name)) ?? at(leaving);
  if (there) return there;
  if (wish === "allocate") return all.find((one) => isAllocated(gateway, one));
  if (recorded !== undefined) return all.find(({ id }) => id === recorded);
  return from.map(at).find((one) => one !== undefined);
}

export function isGiven(wish: string): boolean {
  return wish !== "keep" && wish !== "allocate";
}

interface Wanted {
  readonly gateway: string;
  readonly wish: string;
  readonly eip: string | null;
}

export async function observeEip(
  { gateway, eip }: Wanted,
  place: string | undefined,
  cloud: CloudReader,
): Promise<Observed<Placed>> {
  const read = (found: PublicIp | undefined): Eip | null =>
    found
      ? {
          id: found.id,
          address: found.address,
          boundTo: found.nicId ?? null,
          moving: isMoving(gateway, found.name),
        }
      : null;
  const all = await cloud.publicIps();
  const bound = place === undefined ? undefined : all.find((one) => one.nicId === place);
  const chosen = eip === null ? undefined : all.find((one) => one.id === eip);
  return { is: "ours", have: { bound: read(bound), chosen: read(chosen) } };
}

export function placedOf(observed: Observed<Placed>): Placed {
  return observed.is === "absent" ? { bound: null, chosen: null } : observed.have;
}

/** Also where the EIP is while it is not at the place: undo brings it back there. */
export function placedText({ bound, chosen }: Placed): string {
  if (bound) return bound.address;
  if (!chosen) return "none";
  return `${chosen.address} ${chosen.boundTo === null ? "free" : "on another NIC"}`;
}

/**
 * What is to be done, unless the EIP is to be brought to its place: undefined then. An EIP is never replaced, and never taken
 * from anything but `from`. Pure.
 * @param place "ecs-proxy", for people.
 */
export function decideInPlace(
  { wish }: Wanted,
  { bound, chosen }: Placed,
  place: string,
  from: readonly string[],
): Decision | undefined {
  if (bound && (bound.address === wish || !isGiven(wish))) {
    return { action: "none", because: `${place} has EIP ${bound.address}` };
  }
  if (!chosen && wish !== "allocate") {
    const because = `the account has no EIP ${isGiven(wish) ? wish : "to keep"}`;
    return blocked(because, "Write one of the account's EIPs, or allocate.");
  }
  if (bound) return replaced(place, bound.address, wish);
  if (chosen?.boundTo && !from.includes(chosen.boundTo)) {
    return blocked(`EIP ${chosen.address} is bound to another NIC`, "Unbind it there first.");
  }
  return undefined;
}

export function replaced(place: string, address: string, wish: string): Decision {
  return blocked(
    `${place} has EIP ${address}, not ${wish}`,
    "Unbind it first, or write publicIp: keep: replacing it would cut what uses it now.",
  );
}

function blocked(because: string, hint: string): Decision {
  return { action: "blocked", because, hint, adoptable: false };
}

/** @throws Problem cloud/not-found where somebody released it meanwhile. */
export async function bringEip(
  gateway: string,
  observed: Observed<Placed>,
  place: string,
  cloud: Cloud,
): Promise<void> {
  const { chosen } = placedOf(observed);
  if (chosen) return cloud.movePublicIp(chosen.id, place, movingMark(gateway));
  throw new Problem({
    code: "cloud/not-found",
    summary: `the EIP of ${gateway} is gone from the account`,
    hint: "Somebody released it meanwhile. Run it again.",
    retry: true,
  });
}

/**
 * To where it was before; free, where that was its state or where the NIC is gone by now.
 * @param places from which it may be taken: the step's own, and the one that it took it from
 * @throws Problem undo/nic-has-eip
 */
export async function putEipBack(
  gateway: string,
  before: Observed<Placed>,
  places: readonly (string | undefined)[],
  cloud: Cloud,
): Promise<void> {
  const was = placedOf(before).chosen;
  const all = await cloud.publicIps();
  const now = all.find((one) => one.id === was?.id);
  if (!was || !now) return;
  const mark = movingMark(gateway);
  if (was.boundTo === null || !(await cloud.nic(was.boundTo))) {
    if (now.nicId === undefined || places.includes(now.nicId)) await cloud.unbindPublicIp(now.id, mark);
    return;
  }
  const other = all.find((one) => one.nicId === was.boundTo && one.id !== now.id);
  if (other) {
    throw new Problem({
      code: "undo/nic-has-eip",
      summary: `EIP ${was.address} cannot go back to where it was: ${other.address} is bound there by now`,
      hint: `Unbind ${other.address}, or go on without it by \`undo --force\`.`,
    });
  }
  await cloud.movePublicIp(now.id, was.boundTo, mark);
}

/**
 * With its NIC an EIP is free again. One that is released cannot be brought back.
 * @param nics where the step may have put it, and where it was before
 */
export async function eipGone(
  before: Observed<Placed>,
  nics: readonly { readonly whose: string; readonly nicId: string }[],
  cloud: CloudReader,
): Promise<Gone<Placed> | undefined> {
  const was = placedOf(before).chosen;
  if (was && !(await cloud.publicIps()).some((one) => one.id === was.id)) {
    return { because: `EIP ${was.address} is gone from the account` };
  }
  const there = await Promise.all(nics.map(({ nicId }) => cloud.nic(nicId)));
  const missing = nics.filter((_, index) => !there[index]);
  if (missing.length === 0) return undefined;
  const ids = missing.map(({ nicId }) => nicId);
  const free = (one: Eip | null): Eip | null =>
    one?.boundTo && ids.includes(one.boundTo) ? { ...one, boundTo: null } : one;
  return {
    because: `the NIC of ${missing.map(({ whose }) => whose).join(" and ")} is gone from the cloud`,
    left: (state) =>
      state.is === "absent"
        ? state
        : { ...state, have: { bound: free(state.have.bound), chosen: free(state.have.chosen) } },
  };
}

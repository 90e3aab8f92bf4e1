/** Every kind of step, in the order in which they are made; undo goes the other way. */
import type { HostAddress } from "../host/host.ts";
import type { JsonValue } from "../report/json-value.ts";
import { Problem } from "../report/problem.ts";
import { rebind, subjectOf, wayOf } from "./bind.ts";
import { allocatedPublicIp } from "./cloud/allocated-public-ip.ts";
import { defaultRoute } from "./cloud/default-route.ts";
import { dhcpOptions } from "./cloud/dhcp-options.ts";
import { hostRoutes } from "./cloud/host-routes.ts";
import { ownRouteTable } from "./cloud/own-route-table.ts";
import { publicIp } from "./cloud/public-ip.ts";
import { securityGroup } from "./cloud/security-group/security-group.ts";
import { sourceDestinationCheck } from "./cloud/source-destination-check.ts";
import { subnetGateway } from "./cloud/subnet-gateway.ts";
import { hostGone } from "./host/host-gone.ts";
import { ipForwarding } from "./host/ip-forwarding.ts";
import { sourceNat } from "./host/source-nat.ts";
import { connectionSync } from "./pair/connection-sync.ts";
import { outerAddress } from "./pair/outer-address.ts";
import { packages } from "./pair/packages.ts";
import { pairPublicIp } from "./pair/public-ip.ts";
import { role } from "./pair/role.ts";
import { signedAdverts } from "./pair/signed-adverts.ts";
import { virtualIp } from "./pair/virtual-ip.ts";
import type { ChangedThing, Changes, Step, UndoableStep } from "./step.ts";

interface StepKind {
  readonly kind: string;
  rebind(want: JsonValue, changes: Changes): UndoableStep;
  subject(want: JsonValue): string;
  goesOnFrom(want: JsonValue): ChangedThing | undefined;
}

const kinds: readonly StepKind[] = [
  kindOf(allocatedPublicIp),
  kindOf(virtualIp),
  kindOf(publicIp),
  kindOf(securityGroup),
  kindOf(sourceDestinationCheck),
  kindOf(outerAddress),
  onHost(packages),
  onHost(connectionSync),
  onHost(ipForwarding),
  onHost(role),
  kindOf(signedAdverts),
  kindOf(pairPublicIp),
  onHost(sourceNat),
  kindOf(dhcpOptions),
  kindOf(ownRouteTable),
  kindOf(defaultRoute),
  kindOf(subnetGateway),
  kindOf(hostRoutes),
];

/** From this step on clients depend on the proxy. */
const firstThatUsesProxy = rankOf(ownRouteTable.kind);

function kindOf<Want, Have>(step: Step<Want, Have>): StepKind {
  return {
    kind: step.kind,
    rebind: (want, changes) => rebind(step, want, changes),
    subject: (want) => subjectOf(step, want),
    goesOnFrom: (want) => wayOf(step, want),
  };
}

/** A step on a host: with the host's server, all that it changed is gone. */
function onHost<Want extends { readonly host: HostAddress }, Have>(step: Step<Want, Have>): StepKind {
  return kindOf({
    ...step,
    subject: ({ host }) => host.serverId ?? "",
    login: ({ host }) => host,
    gone: ({ host }, { cloud }) => hostGone(host, cloud),
  });
}

/** Place of the kind in the order of steps; kinds of other versions come first and so are undone last. */
export function rankOf(kind: string): number {
  return kinds.findIndex((one) => one.kind === kind);
}

export function usesProxy(kind: string): boolean {
  return rankOf(kind) >= firstThatUsesProxy;
}

/**
 * Several of this kind are taken back in the order in which they were made: of a pair the standby's rules first, for a
 * standby that sees the active one without rules would take its role, and cut off who is logged in through it.
 */
export function keepsOrder(kind: string): boolean {
  return kind === sourceNat.kind;
}

/** It brings an EIP to its place: after it, a proxy may be reached in another way. */
export function movesEip(kind: string): boolean {
  return kind === publicIp.kind || kind === pairPublicIp.kind;
}

/** What only two proxies need. */
export function isOfPair(kind: string): boolean {
  return kind.startsWith("pair/");
}

/** Clients learn of it when they renew their lease: until then nothing can be proven from their seat. */
export function isToldByDhcp(kind: string): boolean {
  return kind === hostRoutes.kind || kind === subnetGateway.kind;
}

/** After it, the steps that are left are made anew: which EIP they are about, and how a host is reached, is known by then. */
export function changesEips(kind: string): boolean {
  return kind === allocatedPublicIp.kind || movesEip(kind);
}

/** The id of the server, NIC or EIP that a recorded step changed; "" where the step is about none. */
export function subjectOfStep(kind: string, want: JsonValue): string {
  return kinds.find((one) => one.kind === kind)?.subject(want) ?? "";
}

/** The changes from which a recorded step went on. */
export function goesOnFrom(kind: string, want: JsonValue): ChangedThing | undefined {
  return kinds.find((one) => one.kind === kind)?.goesOnFrom(want);
}

/** The step that the journal remembers. @throws Problem journal/unknown-step for a kind of another version. */
export function rebindStep(kind: string, want: JsonValue, changes: Changes): UndoableStep {
  const found = kinds.find((one) => one.kind === kind);
  if (found) return found.rebind(want, changes);
  throw new Problem({
    code: "journal/unknown-step",
    summary: `the journal has a ${kind} step, which this version of Wayout does not know`,
    hint: "Undo it with the version that made it.",
  });
}

/** Every kind of step, in the order in which they are made; undo goes the other way. */
import type { JsonValue } from "../report/json-value.ts";
import { Problem } from "../report/problem.ts";
import { rebind } from "./bind.ts";
import { defaultRoute } from "./cloud/default-route.ts";
import { ownRouteTable } from "./cloud/own-route-table.ts";
import { publicIp } from "./cloud/public-ip.ts";
import { securityGroup } from "./cloud/security-group/security-group.ts";
import { sourceDestinationCheck } from "./cloud/source-destination-check.ts";
import { ipForwarding } from "./host/ip-forwarding.ts";
import { sourceNat } from "./host/source-nat.ts";
import { connectionSync } from "./pair/connection-sync.ts";
import { packages } from "./pair/packages.ts";
import { pairPublicIp } from "./pair/public-ip.ts";
import { role } from "./pair/role.ts";
import { virtualIp } from "./pair/virtual-ip.ts";
import type { Step, UndoableStep } from "./step.ts";

interface StepKind {
  readonly kind: string;
  rebind(want: JsonValue, before: JsonValue): UndoableStep;
}

const kinds: readonly StepKind[] = [
  kindOf(virtualIp),
  kindOf(publicIp),
  kindOf(securityGroup),
  kindOf(sourceDestinationCheck),
  kindOf(packages),
  kindOf(connectionSync),
  kindOf(ipForwarding),
  kindOf(role),
  kindOf(pairPublicIp),
  kindOf(sourceNat),
  kindOf(ownRouteTable),
  kindOf(defaultRoute),
];

/** From this step on clients depend on the proxy. */
const firstThatUsesProxy = rankOf(ownRouteTable.kind);

function kindOf<Want, Have>(step: Step<Want, Have>): StepKind {
  return { kind: step.kind, rebind: (want, before) => rebind(step, want, before) };
}

/** Place of the kind in the order of steps; kinds of other versions come first and so are undone last. */
export function rankOf(kind: string): number {
  return kinds.findIndex((one) => one.kind === kind);
}

export function usesProxy(kind: string): boolean {
  return rankOf(kind) >= firstThatUsesProxy;
}

/** After it, a proxy may be reached in another way. */
export function movesEip(kind: string): boolean {
  return kind === publicIp.kind || kind === pairPublicIp.kind;
}

/** The step that the journal remembers. @throws Problem journal/unknown-step for a kind of another version. */
export function rebindStep(kind: string, want: JsonValue, before: JsonValue): UndoableStep {
  const found = kinds.find((one) => one.kind === kind);
  if (found) return found.rebind(want, before);
  throw new Problem({
    code: "journal/unknown-step",
    summary: `the journal has a ${kind} step, which this version of Wayout does not know`,
    hint: "Undo it with the version that made it.",
  });
}

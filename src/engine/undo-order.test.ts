import { expect, test } from "vitest";
import { stepsFor } from "../steps/for-gateway.ts";
import type { Gateway } from "../steps/gateway.ts";
import { facts, gatewayOf, pairOf, proxyOf } from "../steps/testing/gateways.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { entriesOf } from "./testing/entries.ts";
import { inReverse } from "./undo-order.ts";

const [one, two] = [proxyOf(1), proxyOf(2)];
const pair = gatewayOf([one, two], { pair: pairOf([one, two]) });

/** As a run leaves it that made every step of the gateway, up to the kind in which it was killed. */
function journalOf(gateway: Gateway, from = 1, killedIn?: string): EntryRecord[] {
  const steps = stepsFor(gateway, facts, ["1.1.1.1"]);
  const made =
    killedIn === undefined ? steps : steps.slice(0, steps.findIndex((step) => step.kind === killedIn) + 1);
  return entriesOf(made, { from }).map((entry) =>
    entry.kind === killedIn ? { ...entry, after: null, state: "started" } : entry,
  );
}
const order = (entries: readonly EntryRecord[]) =>
  inReverse(entries).map(({ last: { kind, object } }) => `${kind} ${object}`);

test("the route first, then the road back, of a pair the standby's rules before the active one's", () => {
  expect(order(journalOf(pair))).toEqual([
    "cloud/default-route rtb-demo",
    "host/source-nat ecs-2",
    "host/source-nat ecs-1",
    "pair/public-ip wayout-egress-outer",
    "pair/signed-adverts the pair",
    "pair/role ecs-2",
    "pair/role ecs-1",
    "host/ip-forwarding ecs-2",
    "host/ip-forwarding ecs-1",
    "pair/connection-sync ecs-2",
    "pair/connection-sync ecs-1",
    "pair/packages ecs-2",
    "pair/packages ecs-1",
    "cloud/source-destination-check ecs-2",
    "cloud/source-destination-check ecs-1",
    "cloud/security-group ecs-2",
    "cloud/security-group ecs-1",
    "pair/virtual-ip wayout-egress-outer",
    "pair/virtual-ip wayout-egress-inner",
  ]);
});

test("an EIP that was cut short on its way comes right after the route: without it no host may be in reach", () => {
  const single = journalOf(gatewayOf([one]));
  const killed = journalOf(pair, single.length + 1, "pair/public-ip");
  expect(order([...single, ...killed]).slice(0, 3)).toEqual([
    "cloud/default-route rtb-demo",
    "pair/public-ip wayout-egress-outer",
    "host/source-nat ecs-1",
  ]);
});

test("several runs of one step are one item, from its first state to its last", () => {
  const [first, again] = [journalOf(gatewayOf([one])), journalOf(gatewayOf([one]), 100)];
  const items = inReverse([...first, ...again]);
  expect(items).toHaveLength(first.length);
  for (const { changes, last } of items) {
    const [earliest] = changes;
    expect(changes).toEqual([earliest, last]);
    expect(last.seq).toBe(earliest.seq + 99);
  }
});

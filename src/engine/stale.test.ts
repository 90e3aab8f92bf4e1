/** What the spec no longer asks for, and which of it goes first. */
import { expect, test } from "vitest";
import type { PublicIp } from "../cloud/cloud.ts";
import { stepsFor } from "../steps/for-gateway.ts";
import type { Gateway } from "../steps/gateway.ts";
import { facts, gatewayOf, pairOf, proxyOf } from "../steps/testing/gateways.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { departedMembers, staleSteps } from "./stale.ts";
import { entriesOf } from "./testing/entries.ts";

const [one, two, three] = [proxyOf(1), proxyOf(2), proxyOf(3)];
const workOf = (gateway: Gateway) => ({ gateway, steps: stepsFor(gateway, facts, ["1.1.1.1"]) });
const pairOfTwo = gatewayOf([one, two], { pair: pairOf([one, two]) });
const standing = entriesOf(workOf(pairOfTwo).steps);
const names = (steps: readonly { readonly entry: EntryRecord }[]) =>
  steps.map(({ entry }) => `${entry.kind} ${entry.object}`);

test.each<[string, Gateway, readonly string[]]>([
  ["both stay", pairOfTwo, []],
  ["both stay, and change places in the spec", gatewayOf([two, one], { pair: pairOf([one, two]) }), []],
  [
    "the second is replaced",
    gatewayOf([one, three], { pair: pairOf([one, two]) }),
    ["pair/connection-sync ecs-2", "pair/role ecs-2"],
  ],
  [
    "the first is replaced",
    gatewayOf([three, two], { pair: pairOf([one, two]) }),
    ["pair/connection-sync ecs-1", "pair/role ecs-1"],
  ],
  [
    "both are replaced",
    gatewayOf([three, proxyOf(4)], { pair: pairOf([one, two]) }),
    ["pair/connection-sync ecs-1", "pair/connection-sync ecs-2", "pair/role ecs-1", "pair/role ecs-2"],
  ],
  [
    "one is left alone: its own part is none that departed",
    gatewayOf([two]),
    ["pair/connection-sync ecs-1", "pair/role ecs-1"],
  ],
])("what is taken back ahead of all else, where %s", (_, gateway, parts) => {
  expect(names(departedMembers(standing, workOf(gateway)))).toEqual(parts);
});

test("of a pair that becomes one proxy, all that is the pair's is left over, and what the proxy still needs is not", () => {
  expect(names(staleSteps(standing, workOf(gatewayOf([one]))))).toEqual([
    "pair/virtual-ip wayout-egress-inner",
    "pair/virtual-ip wayout-egress-outer",
    "cloud/security-group ecs-2",
    "cloud/source-destination-check ecs-2",
    "pair/packages ecs-1",
    "pair/packages ecs-2",
    "pair/connection-sync ecs-1",
    "pair/connection-sync ecs-2",
    "host/ip-forwarding ecs-2",
    "pair/role ecs-1",
    "pair/role ecs-2",
    "pair/signed-adverts the pair",
    "pair/public-ip wayout-egress-outer",
    "host/source-nat ecs-2",
  ]);
});

test("a step that was made twice is told once, as it was made last", () => {
  const again = entriesOf(workOf(pairOfTwo).steps, { run: "0002" });
  const [sync, role, ...others] = departedMembers([...standing, ...again], workOf(gatewayOf([two])));
  expect(others).toEqual([]);
  expect(sync).toMatchObject({ entry: { run: "0002", kind: "pair/connection-sync", object: "ecs-1" } });
  expect(role).toMatchObject({
    entry: { run: "0002", object: "ecs-1" },
    because: "egress no longer asks for it",
    notice: "nothing, where ecs-2 or this one goes on; the pair is no pair any more",
  });
});

test("what another gateway has made is not this one's to take back", () => {
  const others = standing.map((entry) => ({
    ...entry,
    gateway: "other",
    stepId: entry.stepId.replace("egress", "other"),
  }));
  expect(staleSteps(others, workOf(gatewayOf([three])))).toEqual([]);
});

const eip: PublicIp = { id: "eip-1", address: "203.0.113.20", name: "wayout-egress" };
const other: PublicIp = { id: "eip-2", address: "203.0.113.21", name: "by hand" };
const eipSteps = (gateway: Gateway) =>
  entriesOf(workOf(gateway).steps).filter(({ kind }) => kind.endsWith("public-ip"));
const alone = gatewayOf([one], { chosenIp: eip });
const both = (chosenIp: PublicIp) => gatewayOf([one, two], { pair: pairOf([one, two]), chosenIp });

test.each<[string, Gateway, Gateway, readonly string[]]>([
  ["it becomes the pair's", alone, both(eip), []],
  ["it becomes the one proxy's", both(eip), alone, []],
  ["it becomes the other proxy's", both(eip), gatewayOf([two], { chosenIp: eip }), []],
  [
    "it stays with its proxy, and the pair has another",
    alone,
    gatewayOf([{ ...one, publicIp: eip }, two], { pair: pairOf([one, two]), chosenIp: other }),
    [],
  ],
  [
    "the pair has another, and nobody needs it",
    alone,
    both(other),
    ["cloud/allocated-public-ip wayout-egress", "cloud/public-ip ecs-1"],
  ],
  [
    "the proxy that stays has its own",
    both(eip),
    gatewayOf([{ ...two, publicIp: other }], { chosenIp: other }),
    ["cloud/allocated-public-ip wayout-egress", "pair/public-ip wayout-egress-outer"],
  ],
])("an EIP goes along with the gateway as long as it is of use: %s", (_, before, after, stale) => {
  expect(names(staleSteps(eipSteps(before), workOf(after)))).toEqual(stale);
});

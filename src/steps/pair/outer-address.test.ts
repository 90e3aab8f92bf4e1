/** The address of a pair on a NIC that is checked for every other one. */
import { expect, test } from "vitest";
import type { AddressPair, Nic } from "../../cloud/cloud.ts";
import { proxyOf } from "../testing/gateways.ts";
import { worldThat } from "../testing/writing-cloud.ts";
import { outerAddress as step } from "./outer-address.ts";

const { nic } = proxyOf(1);
const want = { gateway: "egress", server: "ecs-1", nicId: nic.id, nicIp: nic.ip, ip: "10.0.0.251" };
const ours: AddressPair = { ip_address: "10.0.0.251" };
const other: AddressPair = { ip_address: "10.0.0.99" };

/** A cloud with this NIC, which remembers what is written. */
function cloudWith(more: Partial<Nic>) {
  const written: (readonly AddressPair[])[] = [];
  const world = worldThat(
    { setAddressPairs: async (_, pairs) => void written.push(pairs) },
    { nics: [{ ...nic, ...more }] },
  );
  return { world, written };
}

test("is added to what the NIC may have already, and taken away alone, whatever came since then", async () => {
  const before = cloudWith({ addressPairs: [other] });
  const seen = await step.observe(want, before.world);
  expect(step.decide(want, seen, { adopt: false })).toMatchObject({
    action: "change",
    after: { pairs: [other, ours] },
  });
  await step.apply(want, seen, before.world);
  expect(before.written).toEqual([[other, ours]]);

  const later = { ip_address: "10.0.0.77" };
  const after = cloudWith({ addressPairs: [other, ours, later] });
  await step.undo(want, seen, after.world);
  expect(after.written).toEqual([[other, later]]);
});

test.each([
  ["as we write it", { addressPairs: [ours] }],
  ["as a range of one", { addressPairs: [{ ip_address: "10.0.0.251/32" }] }],
  ["without port security", { portSecurity: false }],
])("is nothing to do where the NIC has it %s, and stays there after undo", async (_, more) => {
  const { world, written } = cloudWith(more);
  const seen = await step.observe(want, world);
  expect(step.decide(want, seen, { adopt: false })).toMatchObject({ action: "none" });
  await step.apply(want, seen, world);
  await step.undo(want, seen, world);
  expect(written).toEqual([]);
});

test("is its own alone: what others add to the NIC or take from it is no change of it", () => {
  const own = (...pairs: AddressPair[]) => step.own?.({ pairs }, want);
  expect(own(ours, other)).toEqual(own(ours));
  expect(own(other)).not.toEqual(own(ours));
});

test("is blocked where the NIC is gone, and then there is nothing to take back", async () => {
  const { world, written } = cloudWith({ id: "another" });
  const seen = await step.observe(want, world);
  expect(step.decide(want, seen, { adopt: false })).toMatchObject({ action: "blocked" });
  await step.undo(want, { is: "ours", have: { pairs: [] } }, world);
  expect(written).toEqual([]);
  expect(await step.gone?.(want, world, seen)).toBeDefined();
});

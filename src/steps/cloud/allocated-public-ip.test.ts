/** An EIP under the gateway's name: allocated once, released once, and never while somebody else has it. */
import { expect, test } from "vitest";
import type { PublicIp } from "../../cloud/cloud.ts";
import { stillWorld } from "../testing/still-cloud.ts";
import { allocatedPublicIp as step } from "./allocated-public-ip.ts";

const want = { gateway: "egress", bandwidthMbit: 100, forNic: "nic-1" };
const eip = (name: string, nicId?: string): PublicIp => ({
  id: "eip-1",
  address: "203.0.113.10",
  name,
  ...(nicId === undefined ? {} : { nicId }),
});
const observe = (...publicIps: readonly PublicIp[]) => step.observe(want, stillWorld({ publicIps }));
const have = { id: "eip-1", address: "203.0.113.10" };

test("it is known by its name, also on its way between two places", async () => {
  expect(await observe(eip("wayout-egress2"), eip("by hand"))).toEqual({ is: "absent" });
  expect(await observe(eip("wayout-egress"))).toEqual({ is: "ours", have });
  expect(await observe(eip("wayout-egress.moving.wayout-egress"))).toEqual({ is: "ours", have });
});

test("where it is bound, it is right for apply, and not undo's to release", async () => {
  const bound = await observe(eip("wayout-egress", "nic-9"));
  expect(bound).toEqual({ is: "foreign", have, whose: "bound to NIC nic-9" });
  expect(step.decide(want, bound, { adopt: false })).toMatchObject({ action: "none" });
});

test("it costs money, and is not guessed before it is allocated", async () => {
  expect(step.decide(want, await observe(), { adopt: false })).toMatchObject({
    action: "create",
    because: "the account has no EIP wayout-egress",
    after: { publicIp: "known after apply" },
    notice: expect.stringContaining("costs money"),
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AddressPair } from "../../cloud/cloud.ts";
import { toAddress } from "../../spec/addresses.ts";
import { sourceDestinationCheck as step } from "./source-destination-check.ts";

const want = {
  gateway: "egress",
  server: "ecs-proxy",
  nicId: "nic-1",
  nicIp: "192.168.125.4",
  anyAddressPair: { ip_address: "1.1.1.1/0" },
};
const decide = (pairs: AddressPair[]) => step.decide(want, { is: "ours", have: { pairs } }, { adopt: false });

const pair = fc
  .tuple(fc.nat({ max: 0xffff_ffff }), fc.nat({ max: 32 }))
  .map(([address, prefix]): AddressPair => ({ ip_address: `${toAddress(address)}/${prefix}` }));

describe("the source/destination check", () => {
  it.each([
    ["on", [], "change", "the check is on: the fabric drops what the proxy forwards"],
    [
      "off as OTC writes it",
      ["1.1.1.1/0"],
      "none",
      "the check is off already (allowed address pair 1.1.1.1/0)",
    ],
    [
      "off as OpenStack writes it",
      ["0.0.0.0/0"],
      "none",
      "the check is off already (allowed address pair 0.0.0.0/0)",
    ],
    [
      "open for a few",
      ["192.168.9.0/24"],
      "change",
      "only 192.168.9.0/24 may pass besides the NIC's own address",
    ],
    [
      "open for one address",
      ["192.168.9.7"],
      "change",
      "only 192.168.9.7 may pass besides the NIC's own address",
    ],
  ] as const)("is %s: %s gives %s", (_, addresses, action, because) => {
    const decision = decide(addresses.map((ip_address) => ({ ip_address })));
    expect(decision).toMatchObject({ action, because });
  });

  it("is blocked where the NIC is gone", () => {
    expect(step.decide(want, { is: "absent" }, { adopt: false })).toMatchObject({ action: "blocked" });
  });

  it("keeps every pair that is there, and wants nothing more after its own change", () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 9 }), (pairs) => {
        const decision = decide(pairs);
        if (decision.action === "none") {
          expect(pairs.some((one) => one.ip_address.endsWith("/0"))).toBe(true);
          return;
        }
        expect(decision).toMatchObject({
          action: "change",
          after: { pairs: [...pairs, want.anyAddressPair] },
        });
        expect(decide([...pairs, want.anyAddressPair]).action).toBe("none");
      }),
    );
  });
});

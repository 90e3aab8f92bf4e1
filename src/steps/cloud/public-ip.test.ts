import { describe, expect, it, test } from "vitest";
import { publicIp as step } from "./public-ip.ts";

const want = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1" };
const leaving = (publicIp: string | null) => ({ leaving: { nicId: "vip-1", publicIp } });
const eip = (address: string, boundTo: string | null, moving = false) => ({
  id: `id-${address}`,
  address,
  boundTo,
  moving,
});
const onNic = eip("203.0.113.10", "nic-1");
const free = eip("203.0.113.12", null);
type Eip = typeof free | null;

function decide(wish: string, bound: Eip, chosen: Eip, more: Partial<ReturnType<typeof leaving>> = {}) {
  const wanted = { ...want, wish, eip: chosen?.id ?? null, ...more };
  return step.decide(wanted, { is: "ours", have: { bound, chosen } }, { adopt: true });
}

test.each<[string, Eip, Eip, string]>([
  ["at the place", onNic, onNic, "203.0.113.10"],
  ["elsewhere", null, eip("203.0.113.12", "nic-9"), "203.0.113.12 on another NIC"],
  ["free", null, free, "203.0.113.12 free"],
  ["still to come", null, null, "none"],
])("an EIP that is %s reads so, and undo says what it goes back to", (_, bound, chosen, text) => {
  expect(step.describe({ bound, chosen })).toBe(text);
});

describe("the proxy's EIP", () => {
  it.each<[string, string, Eip, Eip, string, string]>([
    ["keep, and there is one", "keep", onNic, onNic, "none", "ecs-proxy has EIP 203.0.113.10"],
    ["keep, and it was released meanwhile", "keep", null, null, "blocked", "the account has no EIP to keep"],
    ["allocate, and there is one", "allocate", onNic, onNic, "none", "ecs-proxy has EIP 203.0.113.10"],
    ["allocate, and it is still to come", "allocate", null, null, "change", "ecs-proxy has no EIP"],
    ["allocate, cut short before binding", "allocate", null, free, "change", "ecs-proxy has no EIP"],
    ["a given one that is free", "203.0.113.12", null, free, "change", "ecs-proxy has no EIP"],
    ["a given one that is there", "203.0.113.10", onNic, onNic, "none", "ecs-proxy has EIP 203.0.113.10"],
    [
      "a given one bound elsewhere",
      "203.0.113.12",
      null,
      eip("203.0.113.12", "nic-9"),
      "blocked",
      "EIP 203.0.113.12 is bound to another NIC",
    ],
    [
      "a given one that does not exist",
      "203.0.113.99",
      null,
      null,
      "blocked",
      "the account has no EIP 203.0.113.99",
    ],
    [
      "a given one that does not exist, and there is another",
      "203.0.113.99",
      onNic,
      null,
      "blocked",
      "the account has no EIP 203.0.113.99",
    ],
    [
      "a given one, and there is another",
      "203.0.113.12",
      onNic,
      free,
      "blocked",
      "ecs-proxy has EIP 203.0.113.10, not 203.0.113.12",
    ],
  ])("%s", (_, wish, bound, chosen, action, because) => {
    expect(decide(wish, bound, chosen)).toMatchObject({ action, because });
  });

  it.each(["keep", "allocate", "203.0.113.10"])(
    "comes from the virtual IP of the pair that the gateway was: %s",
    (wish) => {
      expect(decide(wish, null, eip("203.0.113.10", "vip-1"), leaving("203.0.113.10"))).toMatchObject({
        action: "change",
        after: { publicIp: "203.0.113.10" },
        notice: expect.stringContaining("open connections over 203.0.113.10 end"),
      });
    },
  );

  it("is not another one than the pair leaves: that would be replaced", () => {
    expect(decide("203.0.113.12", null, free, leaving("203.0.113.10"))).toMatchObject({
      action: "blocked",
      because: "the pair has EIP 203.0.113.10, not 203.0.113.12",
    });
    expect(decide("203.0.113.12", null, free, leaving(null))).toMatchObject({ action: "change" });
  });

  it("is not guessed before it is allocated", () => {
    expect(decide("allocate", null, null)).toHaveProperty("after.publicIp", "known after apply");
  });
});

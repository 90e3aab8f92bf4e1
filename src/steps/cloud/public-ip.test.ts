import { describe, expect, it } from "vitest";
import { publicIp as step } from "./public-ip.ts";

const want = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", bandwidthMbit: 100 };
const eip = (address: string, boundTo: string | null) => ({ id: `id-${address}`, address, boundTo });
const onNic = eip("203.0.113.10", "nic-1");

describe("the proxy's EIP", () => {
  it.each([
    ["keep, and there is one", "keep", onNic, null, "none", "ecs-proxy has EIP 203.0.113.10"],
    ["keep, and there is none", "keep", null, null, "blocked", "ecs-proxy has no EIP"],
    ["allocate, and there is one", "allocate", onNic, null, "none", "ecs-proxy has EIP 203.0.113.10"],
    ["allocate, and there is none", "allocate", null, null, "create", "ecs-proxy has no EIP"],
    [
      "allocate, cut short before binding",
      "allocate",
      null,
      eip("203.0.113.11", null),
      "change",
      "ecs-proxy has no EIP",
    ],
    [
      "a given one that is free",
      "203.0.113.12",
      null,
      eip("203.0.113.12", null),
      "change",
      "ecs-proxy has no EIP",
    ],
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
      "a given one, and there is another",
      "203.0.113.12",
      onNic,
      eip("203.0.113.12", null),
      "blocked",
      "ecs-proxy has EIP 203.0.113.10, not 203.0.113.12",
    ],
  ] as const)("%s", (_, wish, has, chosen, action, because) => {
    const decision = step.decide(
      { ...want, wish },
      { is: "ours", have: { onNic: has, chosen, left: null } },
      { adopt: true },
    );
    expect(decision).toMatchObject({ action, because });
  });

  it("comes back from the virtual IP of the pair that the gateway was", () => {
    const left = eip("203.0.113.10", "vip-1");
    const decision = step.decide(
      { ...want, wish: "keep", leaving: "vip-1" },
      { is: "ours", have: { onNic: null, chosen: null, left } },
      { adopt: false },
    );
    expect(decision).toMatchObject({
      action: "change",
      after: { publicIp: "203.0.113.10" },
      notice: expect.stringContaining("open connections over 203.0.113.10 end"),
    });
  });

  it("is not guessed before it is allocated", () => {
    const decision = step.decide(
      { ...want, wish: "allocate" },
      { is: "ours", have: { onNic: null, chosen: null, left: null } },
      { adopt: false },
    );
    expect(decision).toHaveProperty("after.publicIp", "known after apply");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AddressPair, NicProtection } from "../../cloud/cloud.ts";
import { CloudProblem } from "../../cloud/errors.ts";
import { toAddress } from "../../spec/addresses.ts";
import { rebindStep } from "../all-steps.ts";
import { proxyOf } from "../testing/gateways.ts";
import { worldThat } from "../testing/writing-cloud.ts";
import { sourceDestinationCheck as step } from "./source-destination-check.ts";

const want = {
  gateway: "egress",
  server: "ecs-proxy",
  nicId: "nic-1",
  nicIp: "192.168.125.4",
  anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]],
};
const decide = (pairs: AddressPair[]) =>
  step.decide(want, { is: "ours" as const, have: { pairs } }, { adopt: false });

type Seen = Parameters<typeof step.apply>[1];
const refused = new CloudProblem({ code: "cloud/bad-request", summary: "not such a pair" });

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

  it("is off by the two halves together, and not by one of them", () => {
    expect(decide([{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }]).action).toBe("none");
    expect(decide([{ ip_address: "0.0.0.0/1" }, { ip_address: "64.0.0.0/1" }]).action).toBe("change");
  });

  it("tries what the cloud may take one after the other, and tells the last refusal", async () => {
    const halves = [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }];
    const both = { ...want, anyAddressPairs: [[{ ip_address: "0.0.0.0/0" }], halves] };
    const there = { is: "ours" as const, have: { pairs: [{ ip_address: "10.0.0.9" }] } } satisfies Seen;
    const asked: (readonly AddressPair[])[] = [];
    const cloudThatTakes = (length: number) => {
      asked.length = 0;
      return worldThat({
        setAddressPairs: async (_, pairs) => {
          asked.push(pairs);
          if (pairs.length !== length) throw refused;
        },
      });
    };
    await step.apply(both, there, cloudThatTakes(3));
    expect(asked.at(-1)).toEqual([...there.have.pairs, ...halves]);
    await expect(step.apply(both, there, cloudThatTakes(9))).rejects.toBe(refused);
    expect(asked).toHaveLength(2);
  });

  describe("of a pair, where virtual IPs are heard with the halves alone", () => {
    const whole = { ip_address: "0.0.0.0/0" };
    const halves = [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }];
    const other = { ip_address: "10.0.0.9" };
    const ofPair = { ...want, anyAddressPairs: [halves], withVirtualIps: true as const };
    const seen = (...pairs: AddressPair[]) => ({ is: "ours" as const, have: { pairs } });
    const written: (readonly AddressPair[])[] = [];
    const world = worldThat({
      setAddressPairs: async (_, pairs) => {
        written.push(pairs);
      },
    });

    it("goes over to them from the whole range, and back to it by undo", async () => {
      const open = seen(other, whole);
      expect(step.decide(ofPair, open, { adopt: false })).toMatchObject({
        action: "change",
        because: expect.stringMatching(/by 10\.0\.0\.9, 0\.0\.0\.0\/0, .* virtual IPs/),
        after: { pairs: [other, ...halves] },
      });
      await step.apply(ofPair, open, world);
      expect(written).toEqual([[other, ...halves]]);
      const now = [other, ...halves];
      expect(await undone([other, whole], now, now)).toEqual([other, whole]);
    });

    it("is content with them, and with the whole range where they are refused", () => {
      const newer = { ...ofPair, anyAddressPairs: [[whole]] };
      for (const [wanted, open] of [
        [ofPair, seen(...halves)],
        [newer, seen({ ip_address: "1.1.1.1/0" })],
      ] as const)
        expect(step.decide(wanted, open, { adopt: false })).toMatchObject({ action: "none" });
    });
  });

  const any = { ip_address: "1.1.1.1/0" };
  const users = { ip_address: "10.0.0.9" };
  const others = { ip_address: "192.168.125.99" };
  const ofAnotherMachine = { ip_address: "0.0.0.0/0", mac_address: "fa:16:3e:00:00:99" };
  it.each<[string, AddressPair[], AddressPair[], AddressPair[]]>([
    ["nothing where nothing was", [], [any], []],
    ["what was there, and is", [users], [users, any], [users]],
    ["what others added since, whenever", [users], [users, others, any], [users, others]],
    ["not what others took away since", [users], [any], []],
    ["what others open to another machine", [], [ofAnotherMachine, any], [ofAnotherMachine]],
    ["what others added after they took Wayout's own away", [], [others], [others]],
  ])("undo leaves %s", async (_, before, now, back) => {
    expect(await undone(before, now)).toEqual(back);
  });

  it("is told ahead with what others added between two runs", () => {
    const first = { before: seen([users]), after: seen([users, any]) };
    const second = { before: seen([users, others]), after: seen([users, others, any]) };
    expect(rebindStep(step.kind, want, [first, second]).beforeText).toBe(
      "on, but for 10.0.0.9 and 192.168.125.99",
    );
  });

  it("tells whose network it is where nobody may open a NIC, and tries nothing else", async () => {
    const forbidden = new CloudProblem({ code: "cloud/forbidden", summary: "PolicyNotAuthorized" });
    let calls = 0;
    const world = worldThat({
      setAddressPairs: async () => {
        calls += 1;
        throw forbidden;
      },
    });
    const two = { ...want, anyAddressPairs: [[{ ip_address: "0.0.0.0/0" }], [{ ip_address: "0.0.0.0/1" }]] };
    const applied = step.apply(two, { is: "ours", have: { pairs: [] } }, world);
    await expect(applied).rejects.toMatchObject({ hint: expect.stringContaining("owns the network") });
    expect(calls).toBe(1);
  });

  it("takes port security off only where the spec says so, and undo brings groups and pairs back at once", async () => {
    const off = { ...want, portSecurityOff: true as const };
    const protection = { on: true, securityGroupIds: ["sg-1", "sg-2"] };
    const before = {
      is: "ours" as const,
      have: { pairs: [{ ip_address: "10.0.0.9" }], protection },
    } satisfies Seen;
    expect(step.decide(off, before, { adopt: false })).toMatchObject({ action: "change" });
    const calls: NicProtection[] = [];
    const world = worldThat({
      setNicProtection: async (_, to) => {
        calls.push(to);
      },
    });
    await step.apply(off, before, world);
    await step.undo(off, before, world);
    expect(calls).toEqual([
      { portSecurity: false },
      {
        portSecurity: true,
        securityGroupIds: ["sg-1", "sg-2"],
        addressPairs: [{ ip_address: "10.0.0.9" }],
      },
    ]);
    const done = {
      is: "ours" as const,
      have: { pairs: [], protection: { ...protection, on: false } },
    } satisfies Seen;
    expect(step.decide(off, done, { adopt: false })).toMatchObject({ action: "none", warnings: [] });
    expect(step.decide(want, done, { adopt: false })).toMatchObject({
      action: "none",
      warnings: [expect.stringContaining("no security group guards ecs-proxy's NIC")],
    });
  });

  it("is blocked where the NIC is gone", () => {
    expect(step.decide(want, { is: "absent" }, { adopt: false })).toMatchObject({ action: "blocked" });
  });

  it("keeps every pair that is there, and wants nothing more after its own change", () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 9 }), (pairs) => {
        const decision = decide(pairs);
        if (decision.action === "none") {
          const lengths = pairs.map((one) => Number(one.ip_address.split("/")[1]));
          expect(lengths.includes(0) || lengths.filter((length) => length === 1).length > 1).toBe(true);
          return;
        }
        expect(decision).toMatchObject({
          action: "change",
          after: { pairs: [...pairs, ...want.anyAddressPairs.flat()] },
        });
        expect(decide([...pairs, ...want.anyAddressPairs.flat()]).action).toBe("none");
      }),
    );
  });
});

/** What the journal keeps of a NIC. */
function seen(pairs: readonly AddressPair[]) {
  return { is: "ours", have: { pairs: pairs.map((one) => ({ ...one })) } };
}

/**
 * The pairs after an undo that what others changed does not stop.
 * @param left the pairs as Wayout left them.
 */
async function undone(
  before: readonly AddressPair[],
  now: readonly AddressPair[],
  left: readonly AddressPair[] = [...before, { ip_address: "1.1.1.1/0" }],
): Promise<AddressPair[]> {
  let pairs = [...now];
  const writing = worldThat({
    setAddressPairs: async (_, to) => {
      pairs = [...to];
    },
  });
  const nic = async () => ({ ...proxyOf(1).nic, addressPairs: pairs });
  const world = { ...writing, cloud: { ...writing.cloud, nic } };
  const undo = rebindStep(step.kind, want, [{ before: seen(before), after: seen(left) }]);
  const found = await undo.observe(world);
  expect(found.isBefore || found.isAsLeft(seen(left))).toBe(true);
  await undo.undo(world);
  expect((await undo.observe(world)).isBefore).toBe(true);
  return pairs;
}

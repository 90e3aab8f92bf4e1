/** The two addresses of a pair. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Nic } from "../../cloud/cloud.ts";
import { stillWorld } from "../testing/still-cloud.ts";
import { virtualIp as step } from "./virtual-ip.ts";

const want = {
  gateway: "egress",
  use: "inner",
  name: "wayout-egress-inner",
  ip: "192.168.125.251",
  subnetId: "net-app",
  subnet: "subnet-app",
  addresses: ["192.168.125.11", "192.168.125.12"],
  unable: null,
} as const;
const wanted = { ...want, addresses: [...want.addresses] };
const nicOf = (more: Partial<Nic> = {}): Nic => ({
  id: "vip-1",
  name: want.name,
  serverId: "",
  subnetId: want.subnetId,
  ip: want.ip,
  mac: "",
  owner: "neutron:VIP_PORT",
  securityGroupIds: [],
  addressPairs: [],
  ...more,
});
const bound = (...addresses: string[]): Nic =>
  nicOf({ addressPairs: addresses.map((ip_address) => ({ ip_address })) });
const observe = (nics: readonly Nic[]) => step.observe(wanted, stillWorld({ nics }));
const decide = async (nics: readonly Nic[], more: { unable?: string } = {}) =>
  step.decide({ ...wanted, ...more }, await observe(nics), { adopt: true });

test.each<[string, readonly Nic[], string, string]>([
  ["there is none", [], "create", "there is no virtual IP wayout-egress-inner"],
  ["it is bound to no NIC", [bound()], "change", "192.168.125.251 is bound to no NIC"],
  ["it is bound to one", [bound("192.168.125.11")], "change", "192.168.125.251 is bound to 192.168.125.11"],
  [
    "it is bound to a proxy that left",
    [bound("192.168.125.11", "192.168.125.19")],
    "change",
    "192.168.125.251 is bound to 192.168.125.11 and 192.168.125.19",
  ],
  [
    "it is bound to a third one too",
    [bound("192.168.125.11", "192.168.125.12", "192.168.125.13")],
    "change",
    "192.168.125.251 is bound to 192.168.125.11 and 192.168.125.12 and 192.168.125.13",
  ],
  [
    "it is bound to both, in any order",
    [bound("192.168.125.12", "192.168.125.11")],
    "none",
    "192.168.125.251 is bound to 192.168.125.12 and 192.168.125.11",
  ],
])("%s", async (_, nics, action, because) => {
  expect(await decide(nics)).toMatchObject({ action, because });
});

test("a cloud that cannot have it blocks with its reason, whatever is there", async () => {
  const unable = "a route of still cannot have a virtual IP as its next hop";
  for (const nics of [[], [bound(...want.addresses)]]) {
    expect(await decide(nics, { unable })).toEqual({
      action: "blocked",
      because: unable,
      hint: "Use one proxy in this gateway.",
      adoptable: false,
    });
  }
});

test.each<[string, Partial<Nic>, string]>([
  ["a server", { name: "", serverId: "server-9", owner: "compute:eu-de-01" }, "a NIC (compute:eu-de-01)"],
  ["somebody's virtual IP", { name: "vip-db" }, "vip-db (neutron:VIP_PORT)"],
  ["a NIC that only has our name", { serverId: "server-9", owner: "" }, "wayout-egress-inner (no owner)"],
])("an address that %s has by now is not taken away from it", async (_, more, whose) => {
  expect(await decide([nicOf(more)])).toEqual({
    action: "blocked",
    because: `192.168.125.251 is taken: ${whose}`,
    hint: "Plan again: another free address is taken then.",
    adoptable: false,
  });
});

test("it is found by its name, whatever else there is", async () => {
  const other = nicOf({ id: "nic-7", name: "", serverId: "server-7", ip: "192.168.125.7" });
  expect(await observe([other, bound("192.168.125.11")])).toEqual({
    is: "ours",
    have: { id: "vip-1", name: want.name, ip: want.ip, addresses: ["192.168.125.11"] },
  });
});

test("its own are the address and what it is bound to, in any order; not the id, which is another one after undo", () => {
  const have = { id: "vip-1", name: want.name, ip: want.ip, addresses: ["192.168.125.12", "192.168.125.11"] };
  expect(step.own?.(have, wanted)).toEqual({
    ip: "192.168.125.251",
    addresses: ["192.168.125.11", "192.168.125.12"],
  });
});

test("a plan reads as a sentence", () => {
  expect(step.title(wanted)).toBe(
    "Give the pair a virtual IP 192.168.125.251 in subnet-app as the route's next hop",
  );
  expect(step.title({ ...wanted, use: "outer" })).toBe(
    "Give the pair a virtual IP 192.168.125.251 in subnet-app for the EIP",
  );
  const have = { id: "vip-1", name: want.name, ip: want.ip, addresses: [] };
  expect(step.describe(have)).toBe("192.168.125.251, bound to no NIC");
  expect(step.describe({ ...have, addresses: ["a", "b"] })).toBe("192.168.125.251, bound to a and b");
});

test("once it is bound to the proxies, in any order, nothing is left to do; and something where one is missing", async () => {
  const proxies = fc
    .uniqueArray(fc.integer({ min: 2, max: 250 }), { minLength: 2, maxLength: 2 })
    .map((ends) => ends.map((end) => `192.168.125.${end}`));
  await fc.assert(
    fc.asyncProperty(proxies, fc.boolean(), async (addresses, turned) => {
      const observed = await observe([bound(...(turned ? addresses.toReversed() : addresses))]);
      const decideOn = (these: string[]) =>
        step.decide({ ...wanted, addresses: these }, observed, { adopt: false }).action;
      expect(decideOn(addresses)).toBe("none");
      expect(decideOn([...addresses.slice(1), "192.168.125.251"])).toBe("change");
    }),
  );
});

test("want and have survive the journal's JSON", async () => {
  const observed = await observe([bound(...want.addresses)]);
  if (observed.is === "absent") throw new Error("it is there");
  expect(step.have.parse(JSON.parse(JSON.stringify(observed.have)))).toEqual(observed.have);
  expect(step.want.parse(JSON.parse(JSON.stringify(wanted)))).toEqual(wanted);
});

/** Which EIP the outer virtual IP of a pair gets, and what that cuts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Nic, PublicIp } from "../../cloud/cloud.ts";
import { chooseEip } from "../gateway-eip.ts";
import { stillWorld } from "../testing/still-cloud.ts";
import { pairPublicIp as step } from "./public-ip.ts";

const want = {
  gateway: "egress",
  subnetId: "net-app",
  name: "wayout-egress-outer",
  ip: "192.168.125.250",
  proxies: [
    { server: "ecs-1", nicId: "nic-1", ip: "192.168.125.11" },
    { server: "ecs-2", nicId: "nic-2", ip: "192.168.125.12" },
  ],
};
const vip = {
  id: "vip",
  name: want.name,
  serverId: "",
  subnetId: want.subnetId,
  ip: want.ip,
  mac: "",
  owner: "neutron:VIP_PORT",
  securityGroupIds: [],
  addressPairs: [],
};
const eip = (address: string, nicId?: string, name = "by hand"): PublicIp => ({
  id: `id-${address}`,
  address,
  name,
  ...(nicId === undefined ? {} : { nicId }),
});
const wanted = (wish: string, publicIps: readonly PublicIp[], nics: readonly Nic[]) => {
  const from = want.proxies.map(({ nicId }) => nicId);
  const place = nics[0]?.id;
  const seeking = { gateway: want.gateway, wish, place, from, leaving: undefined, recorded: undefined };
  return { ...want, wish, eip: chooseEip(publicIps, seeking)?.id ?? null };
};
const observe = (wish: string, publicIps: readonly PublicIp[], nics = [vip]) =>
  step.observe(wanted(wish, publicIps, nics), stillWorld({ publicIps, nics }));
const decide = async (wish: string, publicIps: readonly PublicIp[], nics = [vip]) =>
  step.decide(wanted(wish, publicIps, nics), await observe(wish, publicIps, nics), { adopt: true });

const first = eip("203.0.113.11", "nic-1");
const second = eip("203.0.113.12", "nic-2");
const free = eip("203.0.113.50");
const foreign = eip("203.0.113.60", "nic-9");
const onVip = eip("203.0.113.70", "vip");

test.each<[string, string, readonly PublicIp[], string, string]>([
  ["keep, and it is there", "keep", [onVip, first], "none", "192.168.125.250 has EIP 203.0.113.70"],
  ["allocate, and it is there", "allocate", [onVip], "none", "192.168.125.250 has EIP 203.0.113.70"],
  ["a given one that is there", "203.0.113.70", [onVip], "none", "192.168.125.250 has EIP 203.0.113.70"],
  [
    "keep, and both have one",
    "keep",
    [second, first],
    "change",
    "EIP 203.0.113.11 is on ecs-1, and would end with it",
  ],
  [
    "keep, and the second has one",
    "keep",
    [second],
    "change",
    "EIP 203.0.113.12 is on ecs-2, and would end with it",
  ],
  [
    "keep, cut short on its way",
    "keep",
    [second, eip("203.0.113.11", undefined, "wayout-egress.moving.by hand")],
    "change",
    "the pair's virtual IP 192.168.125.250 has no EIP",
  ],
  [
    "a given one that is free",
    "203.0.113.50",
    [first, free],
    "change",
    "the pair's virtual IP 192.168.125.250 has no EIP",
  ],
  [
    "a given one that a proxy has",
    "203.0.113.12",
    [first, second],
    "change",
    "EIP 203.0.113.12 is on ecs-2, and would end with it",
  ],
  [
    "allocate, and there is none",
    "allocate",
    [first, second],
    "change",
    "the pair's virtual IP 192.168.125.250 has no EIP",
  ],
  [
    "allocate, cut short before binding",
    "allocate",
    [first, eip("203.0.113.80", undefined, "wayout-egress")],
    "change",
    "the pair's virtual IP 192.168.125.250 has no EIP",
  ],
])("%s", async (_, wish, publicIps, action, because) => {
  expect(await decide(wish, publicIps)).toMatchObject({ action, because });
});

test.each<[string, string, readonly PublicIp[], string, string]>([
  [
    "keep, and no proxy has one",
    "keep",
    [free],
    "the account has no EIP to keep",
    "Write one of the account's EIPs, or allocate.",
  ],
  [
    "one that somebody else's NIC has",
    "203.0.113.60",
    [foreign],
    "EIP 203.0.113.60 is bound to another NIC",
    "Unbind it there first.",
  ],
  [
    "one that the account does not have",
    "203.0.113.99",
    [free],
    "the account has no EIP 203.0.113.99",
    "Write one of the account's EIPs, or allocate.",
  ],
  [
    "one, and the pair has another",
    "203.0.113.50",
    [onVip, free],
    "192.168.125.250 has EIP 203.0.113.70, not 203.0.113.50",
    "Unbind it first, or write publicIp: keep: replacing it would cut what uses it now.",
  ],
])("blocked, whatever may be adopted: %s", async (_, wish, publicIps, because, hint) => {
  expect(await decide(wish, publicIps)).toEqual({ action: "blocked", because, hint, adoptable: false });
});

test("what is cut is told, and which other wish would cut nothing", async () => {
  const notice = async (wish: string, publicIps: readonly PublicIp[]) => {
    const decision = await decide(wish, publicIps);
    return "notice" in decision ? decision.notice : "";
  };
  const kept = await notice("keep", [first]);
  expect(kept).toContain("open connections over 203.0.113.11 end");
  expect(kept).toContain("`publicIp: allocate`, or a free EIP by its address, cuts nothing");
  expect(kept).toContain("ecs-1 is logged in to through the other proxy");
  expect(await notice("203.0.113.50", [first, free])).toBe(
    "connections that are open go on by the address they have; new ones come from 203.0.113.50",
  );
  expect(await notice("allocate", [first])).toBe(
    "connections that are open go on by the address they have; new ones come from the new EIP",
  );
  // What was allocated for the proxy when it was alone is the gateway's: allocate is no other wish then.
  const ownOne = await notice("allocate", [eip("203.0.113.11", "nic-1", "wayout-egress")]);
  expect(ownOne).toContain("open connections over 203.0.113.11 end");
  expect(ownOne).not.toContain("publicIp: allocate");
  expect(ownOne).toContain("A free EIP by its address cuts nothing");
});

test("an allocated EIP that was cut short on its way is the one that goes on", async () => {
  const moving = eip("203.0.113.11", undefined, "wayout-egress.moving.wayout-egress");
  expect(await decide("allocate", [moving])).toMatchObject({
    action: "change",
    after: { publicIp: "203.0.113.11" },
  });
});

test("before the virtual IP is there, the EIP that it will get is known", async () => {
  expect(await decide("keep", [first], [])).toMatchObject({
    action: "change",
    after: { publicIp: "203.0.113.11", virtualIp: "192.168.125.250" },
  });
  expect(await decide("allocate", [], [])).toHaveProperty("after.publicIp", "known after apply");
});

const places = fc.constantFrom(undefined, "nic-1", "nic-2", "nic-9");
const accounts = fc.uniqueArray(
  fc.record({
    last: fc.integer({ min: 50, max: 59 }),
    nicId: places,
    name: fc.constantFrom("by hand", "wayout-egress", "wayout-egress.moving.by hand"),
  }),
  { maxLength: 5, selector: ({ last }) => last },
);
const wishes = fc.constantFrom("keep", "allocate", "203.0.113.50", "203.0.113.51");

test("once the EIP that was promised is on the virtual IP, nothing is left to do", async () => {
  await fc.assert(
    fc.asyncProperty(wishes, accounts, async (wish, account) => {
      const publicIps = account.map(({ last, nicId, name }) => eip(`203.0.113.${last}`, nicId, name));
      const decision = await decide(wish, publicIps);
      fc.pre(decision.action === "change");
      const { chosen } = await haveOf(wish, publicIps);
      const bound = chosen ? chosen.address : "203.0.113.99";
      const after = [...publicIps.filter(({ address }) => address !== bound), eip(bound, "vip")];
      expect((await decide(wish, after)).action).toBe("none");
    }),
  );
});

test("no EIP of somebody else's NIC is ever taken", async () => {
  await fc.assert(
    fc.asyncProperty(wishes, accounts, async (wish, account) => {
      const publicIps = account.map(({ last, nicId, name }) => eip(`203.0.113.${last}`, nicId, name));
      const { chosen } = await haveOf(wish, publicIps);
      if (chosen?.boundTo === "nic-9") expect((await decide(wish, publicIps)).action).toBe("blocked");
    }),
  );
});

async function haveOf(wish: string, publicIps: readonly PublicIp[]) {
  const observed = await observe(wish, publicIps);
  if (observed.is === "absent") throw new Error("EIPs are never absent");
  return observed.have;
}

test("want and have survive the journal's JSON", async () => {
  const have = await haveOf("keep", [first, onVip]);
  expect(step.have.parse(JSON.parse(JSON.stringify(have)))).toEqual(have);
  const keeping = wanted("keep", [first, onVip], [vip]);
  expect(step.want.parse(JSON.parse(JSON.stringify(keeping)))).toEqual(keeping);
});

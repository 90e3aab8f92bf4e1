import { expect, test } from "vitest";
import type { Nic, PublicIp, Subnet, Vpc } from "../../cloud/cloud.ts";
import { parseSpec } from "../../spec/spec.ts";
import { proxyOf } from "../../steps/testing/gateways.ts";
import { stillWorld } from "../../steps/testing/still-cloud.ts";
import { Asked } from "./asked.ts";
import { readInventory } from "./inventory.ts";
import { leavingEip, type Seat, seatOf } from "./proxies.ts";

const askedFor = (publicIp: string): Asked => {
  const text = `cloud: lab
gateways:
  - { name: egress, vpc: vpc-demo, proxies: [ecs-1, ecs-2], subnets: [subnet-app], publicIp: ${publicIp} }
`;
  const file = parseSpec(text, "wayout.yaml");
  const [gateway] = file.value.gateways;
  if (!gateway) throw new Error("the spec has no gateway");
  return new Asked(file, gateway, 0);
};
const eip = (address: string, nicId: string | undefined, name = "by hand") => ({
  id: `id-${address}`,
  address,
  name,
  ...(nicId === undefined ? {} : { nicId }),
});
const first = eip("203.0.113.11", "nic-1");
const second = eip("203.0.113.12", "nic-2");
const allocated = eip("203.0.113.11", "nic-1", "wayout-egress");
const moving = eip("203.0.113.11", undefined, "wayout-egress.moving.by hand");

test.each<[string, string, readonly (typeof first)[], string | undefined]>([
  ["keep, and both have one", "keep", [second, first], "203.0.113.11"],
  ["keep, and the second has one", "keep", [second], "203.0.113.12"],
  ["keep, and it is on its way already", "keep", [moving, second], undefined],
  ["one that a proxy has", "203.0.113.12", [first, second], "203.0.113.12"],
  ["one that no proxy has", "203.0.113.99", [first, eip("203.0.113.99", undefined)], undefined],
  ["allocate, and both have one of their own", "allocate", [first, second], undefined],
  [
    "allocate, and one was allocated for the first proxy when it was alone",
    "allocate",
    [allocated, second],
    "203.0.113.11",
  ],
])("of the proxies' EIPs, the one that goes to the pair: %s", async (_, wish, publicIps, leaves) => {
  const inventory = await readInventory(stillWorld({ publicIps }).cloud);
  const seat = (number: number): Seat => {
    const { server, nic, outside, nics } = proxyOf(number);
    const publicIp = inventory.publicIpByNic.get(nic.id);
    return { server, nic, outside, nics, ...(publicIp ? { publicIp } : {}) };
  };
  expect(leavingEip(askedFor(wish), [seat(1), seat(2)], inventory)?.address).toBe(leaves);
});

const subnetOfVpc = (id: string, vpcId: string): Subnet => ({
  id,
  name: id,
  vpcId,
  cidr: "10.0.0.0/24",
  gatewayIp: "10.0.0.1",
  dns: [],
});
const { nic: plain, server } = proxyOf(1);
const nicIn = (subnetId: string): Nic => ({ ...plain, id: `nic-${subnetId}`, subnetId });
const router = (name: string, leads: "outside" | "inside"): Vpc => ({
  id: name,
  name,
  cidrs: [],
  sharedSnat: false,
  router: leads,
});

/** The proxy has a NIC in each of the two networks, the outer one listed first. */
async function seatIn(vpc: Vpc, served: string, publicIps: readonly PublicIp[]): Promise<Seat> {
  const { cloud } = stillWorld({
    vpcs: [router("out", "outside"), router("in", "inside")],
    subnets: [subnetOfVpc("net-out", "out"), subnetOfVpc("net-in", "in"), subnetOfVpc("net-app", "out")],
    servers: [{ ...server, vpcId: "out" }],
    nics: ["net-out", "net-in", "net-app"].map(nicIn),
    publicIps,
  });
  return seatOf(askedFor("allocate"), vpc, 0, new Set([served]), await readInventory(cloud));
}

test("a proxy between two networks takes the clients' packets on the one NIC and has its EIP on the other", async () => {
  const bound = eip("203.0.113.11", "nic-net-out");
  const { nic, outside, nics, publicIp } = await seatIn(router("in", "inside"), "net-in", [bound]);
  expect([nic.id, outside.id, publicIp?.address]).toEqual(["nic-net-in", "nic-net-out", "203.0.113.11"]);
  expect(nics.map(({ id }) => id)).toEqual(["nic-net-in"]);
});

test("without an EIP it is the NIC behind a router that leads outside which will have it", async () => {
  const { nic, outside, publicIp } = await seatIn(router("in", "inside"), "net-in", []);
  expect([nic.id, outside.id, publicIp]).toEqual(["nic-net-in", "nic-net-out", undefined]);
});

test("behind one router the NIC among the clients comes before the one with the EIP", async () => {
  const bound = eip("203.0.113.11", "nic-net-out");
  const { nic, outside } = await seatIn(router("out", "outside"), "net-app", [bound]);
  expect([nic.id, outside.id]).toEqual(["nic-net-app", "nic-net-out"]);
});

test("where route tables lead to servers, the NIC with the EIP is the one", async () => {
  const { router: _, ...vpc } = router("out", "outside");
  const { nic, outside } = await seatIn(vpc, "net-app", [eip("203.0.113.11", "nic-net-out")]);
  expect([nic.id, outside.id]).toEqual(["nic-net-out", "nic-net-out"]);
});

/** Which of its NICs a proxy has its part with, and how it is logged in to. */
import { expect, test } from "vitest";
import type { Nic, PublicIp, Vpc } from "../../cloud/cloud.ts";
import { parseSpec } from "../../spec/spec.ts";
import { pairOf, proxyOf } from "../../steps/testing/gateways.ts";
import { stillWorld } from "../../steps/testing/still-cloud.ts";
import { Asked } from "./asked.ts";
import { readInventory } from "./inventory.ts";
import { homesOf, hostOf, type Seat, seatOf } from "./proxies.ts";
import { router, subnetOfVpc } from "./testing/networks.ts";

const free: PublicIp = { id: "eip-1", address: "203.0.113.20", name: "by hand" };
const own: PublicIp = { id: "eip-2", address: "203.0.113.21", name: "by hand" };
const outer = pairOf([proxyOf(1), proxyOf(2)]).outer;

function asked(): Asked {
  const text =
    "cloud: lab\ngateways: [{ name: egress, vpc: vpc-demo, proxies: [ecs-1], subnets: [subnet-app] }]\n";
  const file = parseSpec(text, "wayout.yaml");
  const [gateway] = file.value.gateways;
  if (!gateway) throw new Error("the spec has no gateway");
  return new Asked(file, gateway, 0);
}

const seat = (publicIp?: PublicIp): Seat => {
  const { server, nic, outside, nics } = proxyOf(1);
  return { server, nic, outside, nics, ...(publicIp ? { publicIp } : {}) };
};
const none = { publicIp: undefined, chosenIp: undefined, leaving: [] };

test("by its own EIP, where it has one", () => {
  expect(hostOf(asked(), seat(own), [seat(own)], none)).toMatchObject({ destination: "203.0.113.21" });
});

test("by the free EIP that it will get", () => {
  const eips = { ...none, chosenIp: free };
  expect(hostOf(asked(), seat(), [seat()], eips)).toMatchObject({ destination: "203.0.113.20" });
});

test("through the pair, as long as the EIP that it will get leads there: the other proxy may be the one that answers", () => {
  const bound = { ...free, nicId: "vip-outer" };
  const eips = { ...none, chosenIp: bound, leaving: [{ ...outer, publicIp: bound }] };
  expect(hostOf(asked(), seat(), [seat()], eips)).toMatchObject({
    destination: "192.168.125.11",
    jump: "203.0.113.20",
  });
});

test("through the other proxy of a pair, where only that one has an EIP", () => {
  expect(hostOf(asked(), seat(), [seat(), seat(own)], { ...none, chosenIp: free })).toMatchObject({
    destination: "192.168.125.11",
    jump: "203.0.113.21",
  });
});

test("through the pair too, since the other proxy may be dead", () => {
  const eips = { ...none, publicIp: { ...free, nicId: "vip-outer" } };
  expect(hostOf(asked(), seat(), [seat(), seat(own)], eips)).toMatchObject({
    destination: "192.168.125.11",
    jump: "203.0.113.21",
    otherJumps: ["203.0.113.20"],
  });
});

const eip = (address: string, nicId: string | undefined, name = "by hand") => ({
  id: `id-${address}`,
  address,
  name,
  ...(nicId === undefined ? {} : { nicId }),
});

const { nic: plain, server } = proxyOf(1);
const nicIn = (subnetId: string): Nic => ({ ...plain, id: `nic-${subnetId}`, subnetId });
/** The proxy has a NIC in each of the two networks, the outer one listed first. */
async function seatIn(
  vpc: Vpc,
  served: string,
  publicIps: readonly PublicIp[],
  virtualIps: readonly Nic[] = [],
): Promise<Seat> {
  const { cloud } = stillWorld({
    vpcs: [router("out", "outside"), router("in", "inside")],
    subnets: [subnetOfVpc("net-out", "out"), subnetOfVpc("net-in", "in"), subnetOfVpc("net-app", "out")],
    servers: [{ ...server, vpcId: "out" }],
    nics: [...["net-out", "net-in", "net-app"].map(nicIn), ...virtualIps],
    publicIps,
  });
  return seatOf(asked(), vpc, 0, new Set([served]), await readInventory(cloud));
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

test("without an EIP that has gone to the pair's address, the NIC beside that one is the outer one still", async () => {
  const moved = { ...nicIn("net-out"), id: "vip-outer", name: "wayout-egress-outer", serverId: "" };
  const onIt = [eip("203.0.113.11", "vip-outer")];
  const { nic, outside } = await seatIn(router("out", "outside"), "net-app", onIt, [moved]);
  expect([nic.id, outside.id]).toEqual(["nic-net-app", "nic-net-out"]);
});

test("with an EIP on a third NIC too, the NIC that the pair's address is bound to stays the outer one", async () => {
  const moved = {
    ...nicIn("net-out"),
    id: "vip-outer",
    name: "wayout-egress-outer",
    serverId: "",
    addressPairs: [{ ip_address: plain.ip }],
  };
  const eips = [eip("203.0.113.11", "vip-outer"), eip("203.0.113.12", "nic-net-app")];
  const { nic, outside } = await seatIn(router("in", "inside"), "net-in", eips, [moved]);
  expect([nic.id, outside.id]).toEqual(["nic-net-in", "nic-net-out"]);
});

test("a pair between two networks needs both proxies in each of them", async () => {
  const two = proxyOf(2);
  const seatOfTwo = (outer: string): Seat => ({
    server: two.server,
    nic: { ...two.nic, subnetId: "net-in" },
    outside: { ...two.nic, id: "nic-2-outside", subnetId: outer },
    nics: [],
  });
  const vpcs = [router("out", "outside"), router("in", "inside")];
  const subnets = [subnetOfVpc("net-out", "out"), subnetOfVpc("net-in", "in"), subnetOfVpc("net-app", "out")];
  const inventory = await readInventory(stillWorld({ vpcs, subnets }).cloud);
  const first = await seatIn(router("in", "inside"), "net-in", []);
  expect(homesOf(asked(), [first, seatOfTwo("net-out")], inventory)).toMatchObject({
    inside: { subnet: { id: "net-in" } },
    outside: { subnet: { id: "net-out" } },
  });
  expect(() => homesOf(asked(), [first, seatOfTwo("net-app")], inventory)).toThrow(
    "ecs-2 is in net-app, and ecs-1 in net-out",
  );
  const stray = { ...seatOfTwo("net-out"), nic: { ...two.nic, subnetId: "net-app" } };
  expect(() => homesOf(asked(), [first, stray], inventory)).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining("in one subnet, or each have a NIC in the same two"),
    }),
  );
  const foreign = { ...first, outside: { ...first.outside, subnetId: "net-foreign" } };
  expect(() => homesOf(asked(), [foreign, seatOfTwo("net-foreign")], inventory)).toThrow(
    "none that these credentials see",
  );
});

test("where route tables lead to servers, the NIC with the EIP is the one", async () => {
  const { router: _, ...vpc } = router("out", "outside");
  const { nic, outside } = await seatIn(vpc, "net-app", [eip("203.0.113.11", "nic-net-out")]);
  expect([nic.id, outside.id]).toEqual(["nic-net-out", "nic-net-out"]);
});

/** Route tables: which way a packet takes. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { internetHosts, type LabRoute, vpcDnsAddress } from "../../src/lab/state.ts";
import { ecsRoute, StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

const lab = new StateBuilder();
const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
const second = lab.addSubnet("subnet-other", "192.168.126.0/24");
// The hops' own table stays empty: a route narrower than 0.0.0.0/0 goes before their EIPs too, so in the clients'
// table they would be sent what they send.
const hops = lab.addSubnet("subnet-hops", "192.168.127.0/24");
const hopA = lab.addServer("hop-a", hops, "192.168.127.4", { check: false });
const hopB = lab.addServer("hop-b", hops, "192.168.127.5", { check: false });
const hopsTable = lab.addTable("rtb-hops");
lab.addServer("client", subnet, "192.168.125.10");
lab.addServer("stranger", second, "192.168.126.10");
lab.addPublicIp("203.0.113.4", hopA.port.id);
lab.addPublicIp("203.0.113.5", hopB.port.id);
const own = lab.addPublicIp("203.0.113.10", "");
const { site, other } = internetHosts;
let world: World;

async function routes(...list: readonly LabRoute[]): Promise<void> {
  lab.table.routes = [...list];
  await world.converge(lab.state);
}

/** Which EIP the Internet sees: 203.0.113.4 is way A, .5 is way B. */
const seen = async (from: string, host: string = site) => await world.peer(from, "udp", host, 80);

beforeAll(async () => {
  world = await World.open();
  await world.converge(lab.state);
  await world.serve("internet", site, 80);
  await world.serve("internet", other, 80);
  for (const [hop, address] of [
    ["hop-a", "192.168.127.4"],
    ["hop-b", "192.168.127.5"],
  ] as const) {
    await world.must(
      hop,
      `sysctl -qw net.ipv4.ip_forward=1
       iptables -t nat -A POSTROUTING -o eth0 -s 192.168.0.0/16 -j SNAT --to ${address}`,
    );
  }
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  own.portId = "";
  lab.table.subnetIds = [subnet.id, second.id];
  hopsTable.subnetIds = [hops.id];
  await routes();
});

test("the longest prefix wins", async () => {
  await routes(ecsRoute("0.0.0.0/0", hopA), ecsRoute("198.51.100.20/32", hopB));
  expect(await seen("client")).toBe("203.0.113.4");
  expect(await seen("client", other)).toBe("203.0.113.5");
});

test("a server's EIP goes before 0.0.0.0/0, and behind what is more specific", async () => {
  const port = [...lab.state.ports.values()].find((candidate) => candidate.ip === "192.168.125.10");
  own.portId = port?.id ?? "";
  await routes(ecsRoute("0.0.0.0/0", hopA), ecsRoute("198.51.100.20/32", hopB));
  expect(await seen("client")).toBe("203.0.113.10");
  expect(await seen("client", other)).toBe("203.0.113.5");
});

test("a hop in a table that sends a narrower destination to it is sent back what it sends there", async () => {
  hopsTable.subnetIds = [];
  lab.table.subnetIds.push(hops.id);
  await routes(ecsRoute("0.0.0.0/0", hopA), ecsRoute("198.51.100.20/32", hopB));
  expect(await seen("client")).toBe("203.0.113.4");
  expect(await seen("client", other)).toBeUndefined();
});

test("local routes win: subnets, and the DNS server without a way out", async () => {
  const trace =
    "nft 'table ip watch { chain c { type filter hook prerouting priority -400; ip daddr { 192.168.126.10, 100.64.0.0/10 } counter; }; }'";
  await world.must("hop-a", trace);
  await routes(
    ecsRoute("0.0.0.0/0", hopA),
    ecsRoute("192.168.126.0/24", hopA),
    ecsRoute("100.0.0.0/8", hopA),
  );
  expect(await world.pings("client", "192.168.126.10")).toBe(true);
  expect(await world.pings("client", vpcDnsAddress)).toBe(true);
  expect(await world.pings("client", "100.64.1.1")).toBe(false);
  expect(await world.must("hop-a", "nft list table ip watch")).toContain("counter packets 0 ");
});

test("next hops: a server's primary NIC, an extension NIC, a virtual IP", async () => {
  const nic = lab.addPort(second, "192.168.126.5", hopB.id, "compute:eu-de-01", { check: false });
  const vip = lab.addVip(hops, "192.168.127.200");
  await routes({ type: "eni", destination: "0.0.0.0/0", nexthop: nic.id, description: "" });
  await world.must(
    "hop-b",
    "ip link set eth1 up; ip address add 192.168.126.5/24 dev eth1; sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0",
  );
  expect(await seen("client")).toBe("203.0.113.5");
  await world.must("hop-a", "ip address add 192.168.127.200/32 dev eth0");
  await routes({ type: "vip", destination: "0.0.0.0/0", nexthop: vip.ip, description: "" });
  expect(await seen("client")).toBe("203.0.113.4");
  await world.must("hop-a", "ip address delete 192.168.127.200/32 dev eth0");
  lab.state.ports.delete(nic.id);
  lab.state.ports.delete(vip.id);
});

test("a table of its own steers a subnet alone; taken away, the default table counts again", async () => {
  await routes(ecsRoute("0.0.0.0/0", hopA));
  const table = lab.addTable("rtb-other");
  table.routes.push(ecsRoute("0.0.0.0/0", hopB));
  lab.table.subnetIds = [subnet.id];
  table.subnetIds = [second.id];
  await world.converge(lab.state);
  expect([await seen("client"), await seen("stranger")]).toEqual(["203.0.113.4", "203.0.113.5"]);
  table.routes = [];
  await world.converge(lab.state);
  expect([await seen("client"), await seen("stranger")]).toEqual(["203.0.113.4", undefined]);
  lab.table.subnetIds = [subnet.id, second.id];
  lab.state.routeTables.delete(table.id);
  await world.converge(lab.state);
  expect(await seen("stranger")).toBe("203.0.113.4");
});

test("without a route packets vanish without a word", async () => {
  const ping = await world.run("client", `ping -n -c 1 -W 1 ${site}`);
  expect(ping.stdout).toContain("0 received");
  expect(ping.stdout).not.toContain("From");
  await routes({ type: "nat", destination: "0.0.0.0/0", nexthop: "nat-gateway", description: "" });
  expect(await seen("client")).toBeUndefined();
});

test("changing the next hop, and coming and going of other things, loses no packet", async () => {
  await routes(ecsRoute("0.0.0.0/0", hopA));
  const stream = world.talk("client", "stream", site, 80);
  expect(await stream.hear()).toBe("running");
  for (let turn = 0; turn < 10; turn++) {
    await routes(ecsRoute("0.0.0.0/0", turn % 2 === 0 ? hopB : hopA));
    const guest = lab.addServer(`guest-${turn}`, second, `192.168.126.${100 + turn}`);
    await world.converge(lab.state);
    lab.table.routes.push(ecsRoute("10.0.0.0/8", hopB));
    await world.converge(lab.state);
    lab.state.servers.delete(guest.id);
    lab.state.ports.delete(guest.port.id);
    await world.converge(lab.state);
  }
  stream.say("stop");
  const [sent = 0, answered] = ((await stream.hear()) ?? "").split(" ").map(Number);
  expect(sent).toBeGreaterThan(10);
  expect(answered).toBe(sent);
});

test("one change is felt at once, also beside 100 servers", async () => {
  const guests = Array.from({ length: 100 }, (_, index) =>
    lab.addServer(`many-${index}`, second, `192.168.126.${100 + index}`),
  );
  const bringUp = await world.converge(lab.state);
  lab.table.routes = [ecsRoute("0.0.0.0/0", hopB)];
  const change = await world.converge(lab.state);
  expect(await seen("many-99")).toBe("203.0.113.5");
  // An idle machine needs 400 and 20 ms. A process per object would need many times these bounds.
  expect(bringUp).toBeLessThan(4000);
  expect(change).toBeLessThan(250);
  for (const guest of guests) {
    lab.state.servers.delete(guest.id);
    lab.state.ports.delete(guest.port.id);
  }
});

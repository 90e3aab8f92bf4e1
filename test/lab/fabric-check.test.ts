/** Source/destination check: enforced outside the server, whatever its root does. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { internetHosts } from "../../src/lab/state.ts";
import { ecsRoute, StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

const lab = new StateBuilder();
const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
const proxy = lab.addServer("proxy", subnet, "192.168.125.4");
lab.addServer("client", subnet, "192.168.125.10");
const other = lab.addServer("other", subnet, "192.168.125.20");
lab.addPublicIp("203.0.113.7", proxy.port.id);
lab.table.routes.push(ecsRoute("0.0.0.0/0", proxy));
const { site } = internetHosts;
let world: World;

beforeAll(async () => {
  world = await World.open();
  await world.converge(lab.state);
  await world.must(
    "proxy",
    `sysctl -qw net.ipv4.ip_forward=1
     iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4
     iptables -t raw -A PREROUTING -d ${site}`,
  );
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  proxy.port.addressPairs = [];
  proxy.port.portSecurity = true;
  await world.converge(lab.state);
});

async function delivered(): Promise<number> {
  const rule = await world.must("proxy", "iptables -t raw -vnxL PREROUTING | grep 198.51.100.10");
  return Number(rule.trim().split(/\s+/)[0]);
}

test("what is for another address is not delivered, until the check is off, and not again once it is on", async () => {
  expect(await world.pings("client", site)).toBe(false);
  expect(await delivered()).toBe(0);
  proxy.port.addressPairs = [{ ip_address: "1.1.1.1/0" }];
  await world.converge(lab.state);
  expect(await world.pings("client", site)).toBe(true);
  expect(await delivered()).toBeGreaterThan(0);
  proxy.port.addressPairs = [];
  await world.converge(lab.state);
  expect(await world.pings("client", site)).toBe(false);
});

test("a pair as narrow as the clients' subnet is not enough: the Internet's addresses are outside it", async () => {
  proxy.port.addressPairs = [{ ip_address: "192.168.125.0/24" }];
  await world.converge(lab.state);
  expect(await world.pings("client", site)).toBe(false);
});

test("a source that is not its own does not leave a NIC; root inside cannot change that", async () => {
  await world.must("proxy", "ip address add 192.168.125.66/32 dev eth0 && iptables -t nat -F && iptables -F");
  await world.must(
    "client",
    `nft 'table ip watch { chain c { type filter hook prerouting priority -400; ip saddr 192.168.125.66 counter; }; }'`,
  );
  const fromForeign = () => world.run("proxy", "ping -n -q -c 1 -W 1 -I 192.168.125.66 192.168.125.10");
  expect((await fromForeign()).code).not.toBe(0);
  expect(await world.must("client", "nft list table ip watch")).toContain("counter packets 0 ");
  proxy.port.addressPairs = [{ ip_address: "192.168.125.66" }];
  await world.converge(lab.state);
  expect((await fromForeign()).code).toBe(0);
});

test("a NIC answers ARP for its own addresses only", async () => {
  await world.must("proxy", "ip address add 192.168.125.77/32 dev eth0");
  expect(await world.pings("client", "192.168.125.77")).toBe(false);
  expect(await world.must("client", "ip neighbour show 192.168.125.77")).not.toContain("lladdr");
  // Even an address that is there twice stays with its owner.
  await world.must("proxy", "ip address add 192.168.125.20/32 dev eth0");
  await world.must("client", "ip neighbour flush dev eth0 && ping -n -q -c 1 -W 1 192.168.125.20");
  expect(await world.must("client", "ip neighbour show 192.168.125.20")).toContain(other.port.mac);
  await world.must("proxy", "ip address delete 192.168.125.20/32 dev eth0");
  proxy.port.addressPairs = [{ ip_address: "192.168.125.77" }];
  await world.converge(lab.state);
  await world.must("client", "ip neighbour flush dev eth0");
  expect(await world.pings("client", "192.168.125.77")).toBe(true);
});

test("a changed MAC passes nothing, even with the check off", async () => {
  expect(await world.pings("other", "192.168.125.10")).toBe(true);
  await world.must("other", "ip link set eth0 address 02:00:00:00:00:99");
  expect(await world.pings("other", "192.168.125.10")).toBe(false);
  expect(await world.pings("other", "192.168.125.1")).toBe(false);
  await world.must("other", `ip link set eth0 address ${other.port.mac}`);
  await world.until("other", "ping -n -q -c 1 -W 1 192.168.125.10");
});

test("with port security off nothing is checked", async () => {
  proxy.port.portSecurity = false;
  proxy.port.securityGroupIds = [];
  await world.converge(lab.state);
  await world.must(
    "proxy",
    "iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4",
  );
  expect(await world.pings("client", site)).toBe(true);
  proxy.port.securityGroupIds = [lab.open.id];
});

test("IPv6 does not leave a NIC", async () => {
  await world.must("proxy", "ip address add fd00::4/64 dev eth0 nodad");
  await world.must("client", "ip address add fd00::10/64 dev eth0 nodad");
  expect((await world.run("client", "ping -n -q -c 1 -W 1 fd00::4")).code).not.toBe(0);
});

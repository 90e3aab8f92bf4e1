/** Servers as the network sees them: namespaces, cables, reboots, virtual IPs that move, large packets, the end. */
import { execFileSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { internetHosts, vpcDnsAddress } from "../../src/lab/state.ts";
import { StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

const { site } = internetHosts;

function pair() {
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
  const one = lab.addServer("one", subnet, "192.168.125.4", { check: false });
  const two = lab.addServer("two", subnet, "192.168.125.5", { check: false });
  return { lab, subnet, one, two };
}

test("a reset takes the server's kernel state and keeps its MAC and the way to it", async () => {
  await using world = await World.open();
  const { lab, one } = pair();
  await world.converge(lab.state);
  await world.must(
    "one",
    "sysctl -qw net.ipv4.ip_forward=1; ip link add junk type veth; iptables -P FORWARD DROP",
  );
  expect(await world.pings("two", "192.168.125.4")).toBe(true);
  await world.call({ method: "resetServer", server: one.id });
  expect(await world.must("one", "sysctl -n net.ipv4.ip_forward")).toBe("0\n");
  expect(await world.must("one", "iptables -S FORWARD")).not.toContain("DROP");
  const links = await world.must("one", "ip -br link");
  expect(links).not.toContain("junk");
  expect(links).toContain(one.port.mac);
  expect(await world.pings("two", "192.168.125.4")).toBe(true);
});

test("a machine finds its NIC and configures itself; until then it has no address", async () => {
  await using world = await World.open();
  const { lab, subnet } = pair();
  const machine = lab.addServer("machine", subnet, "192.168.125.6", { kind: "machine" });
  await world.converge(lab.state);
  expect(await world.must("machine", "ip -br -4 address")).toBe("");
  expect(await world.must("machine", "ip -br link show eth0")).toContain(machine.port.mac);
  await world.call({ method: "configureServer", server: machine.id });
  expect(await world.pings("two", "192.168.125.6")).toBe(true);
  expect(await world.must("machine", "ip route show default")).toContain("via 192.168.125.1 dev eth0");
});

test("a pulled cable is a lost carrier, over a reset too, until it is plugged in again", async () => {
  await using world = await World.open();
  const { lab, one } = pair();
  await world.converge(lab.state);
  await world.call({ method: "setCable", server: one.id, plugged: false });
  expect(await world.must("one", "ip link show eth0")).toContain("NO-CARRIER");
  expect(await world.pings("two", "192.168.125.4")).toBe(false);
  await world.call({ method: "resetServer", server: one.id });
  expect(await world.must("one", "ip link show eth0")).toContain("NO-CARRIER");
  await world.call({ method: "setCable", server: one.id, plugged: true });
  await world.until("two", "ping -n -q -c 1 -W 1 192.168.125.4");
});

test("a virtual IP goes where it is announced, and moves at once", async () => {
  await using world = await World.open();
  const { lab, subnet, one, two } = pair();
  const far = lab.addSubnet("subnet-far", "192.168.126.0/24");
  lab.addServer("client", far, "192.168.126.10");
  lab.addVip(subnet, "192.168.125.200");
  await world.converge(lab.state);
  const take = (name: string, mac: string) =>
    world.must(
      name,
      `ip address add 192.168.125.200/32 dev eth0 && perl -e '${announce}' ${mac} 192.168.125.200`,
    );
  await take("one", one.port.mac);
  expect(await world.pings("client", "192.168.125.200")).toBe(true);
  expect(await neighbour(world)).toContain(one.port.mac);
  await world.must("one", "ip address delete 192.168.125.200/32 dev eth0");
  await take("two", two.port.mac);
  expect(await neighbour(world)).toContain(two.port.mac);
  expect(await world.pings("client", "192.168.125.200")).toBe(true);
});

const neighbour = (world: World) => world.must("vpc-demo", "ip neighbour show 192.168.125.200");

/** A gratuitous ARP request (RFC 5944, 4.6) on eth0, the first device after lo: AF_PACKET is 17, SOCK_RAW 3, ARP 0x0806. */
const announce = `my ($mac, $ip) = @ARGV;
  my $m = pack("H12", $mac =~ s/://gr); my $i = pack("C4", split /\\./, $ip);
  my $frame = "\\xff" x 6 . $m . pack("nnnCCn", 0x0806, 1, 0x0800, 6, 4, 1) . $m . $i . "\\0" x 6 . $i;
  open(F, "-|", "ip -o link show eth0"); my ($index) = <F> =~ /^(\\d+)/;
  socket(S, 17, 3, 0x0608) or die $!;
  send(S, $frame, 0, pack("SnlSCCa8", 17, 0x0806, $index, 0, 0, 6, "\\xff" x 6)) or die $!`;

test("a packet size limit on the way: with ICMP large transfers work, without they hang", async () => {
  await using world = await World.open();
  const { lab, one } = pair();
  lab.addPublicIp("203.0.113.7", one.port.id);
  await world.converge(lab.state);
  await world.serve("internet", site, 80);
  await world.serve("one", "0.0.0.0", 80);
  const large = "-c 1 -W 1 -M do -s 1400";
  expect(await world.pings("one", site, large)).toBe(true);

  await world.call({ method: "setPathMtu", limit: { bytes: 1300, style: "icmp" } });
  const refused = await world.run("one", `ping -n ${large} ${site}; ping -n ${large} ${site}`);
  expect(`${refused.stdout}${refused.stderr}`).toMatch(/mtu ?= ?1300/);
  expect(await world.must("one", `ip route get ${site}`)).toContain("mtu 1300");
  expect(await world.peer("one", "put", site, 80, 2_000_000)).toContain('"received":2000000');
  expect(await world.peer("internet", "put", "203.0.113.7", 80, 2_000_000)).toContain('"received":2000000');

  await world.must("one", "ip route flush cache");
  await world.must("internet", "ip route flush cache");
  await world.call({ method: "setPathMtu", limit: { bytes: 1300, style: "blackhole" } });
  const silent = await world.run("one", `ping -n ${large} ${site}`);
  expect(silent.code).not.toBe(0);
  expect(`${silent.stdout}${silent.stderr}`).not.toContain("mtu");
  expect(await world.pings("one", site)).toBe(true);
  expect(await world.peer("one", "put", site, 80, 2_000_000)).toBeUndefined();

  await world.call({ method: "setPathMtu", limit: null });
  expect(await world.pings("one", site, large)).toBe(true);
});

test("DNS servers come back when they die", async () => {
  await using world = await World.open();
  const { lab } = pair();
  await world.converge(lab.state);
  const listens = (namespace: string, address: string) =>
    `ip netns exec ${namespace} ss -Hlun 'sport = :53' | grep -q ${address}`;
  for (const [namespace, address] of [
    ["vpc-demo", vpcDnsAddress],
    ["internet", internetHosts.dns],
  ] as const) {
    await world.must("internet", listens(namespace, address));
    const pids = `for p in $(ip netns pids ${namespace}); do grep -q dnsmasq /proc/$p/comm && echo $p; done`;
    const pid = (await world.must("internet", `${pids}; true`)).trim();
    expect(pid).toMatch(/^\d+$/);
    await world.must("internet", `kill -9 ${pid}`);
    await world.until("internet", `test "$(${pids})" != ${pid} && ${listens(namespace, address)}`);
  }
});

test("a deleted VPC takes everything with it, and its name can be used again", async () => {
  await using world = await World.open();
  const { lab, subnet, one } = pair();
  lab.addPublicIp("203.0.113.7", one.port.id);
  await world.converge(lab.state);
  const again = pair();
  again.lab.addPublicIp("203.0.113.7", again.one.port.id);
  await world.converge(again.lab.state);
  expect(await world.pings("internet", "203.0.113.7")).toBe(true);
  expect(await world.pings("two", "192.168.125.4")).toBe(true);
  const bridges = await world.must("vpc-demo", "ip -br link show type bridge");
  expect(bridges).not.toContain(subnet.id.replaceAll("-", "").slice(0, 12));
  await world.call({ method: "close" });
  expect((await world.run("internet", "true")).code).not.toBe(0);
});

test("nothing of a fabric is left when its first process is killed", async () => {
  const { lab } = pair();
  // A duration that nothing else on this machine sleeps.
  const marker = `sleep 600.${process.pid}`;
  const runs = () => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n").includes(marker);
  const world = await World.open();
  await world.converge(lab.state);
  await world.start("one", `exec ${marker}`, "true");
  await vi.waitUntil(runs, { timeout: 5000 });
  world.kill();
  await vi.waitUntil(() => !runs(), { timeout: 5000 });
  expect(execFileSync("ip", ["netns", "list"], { encoding: "utf8" }).includes("vpc-demo")).toBe(false);
});

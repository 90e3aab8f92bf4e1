/** Security groups: stateful, per NIC, in both directions. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { internetHosts, type LabSecurityGroupRule, vpcDnsAddress } from "../../src/lab/state.ts";
import { openRule, StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

const lab = new StateBuilder();
const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
const far = lab.addSubnet("subnet-far", "192.168.126.0/24");
const server = lab.addServer("server", subnet, "192.168.125.4");
const near = lab.addServer("near", subnet, "192.168.125.10");
lab.addServer("distant", far, "192.168.126.10");
const group = lab.addGroup("under-test", []);
const peers = lab.addGroup("peers", [openRule("ingress"), openRule("egress")]);
let world: World;

function rule(wish: Partial<LabSecurityGroupRule>): LabSecurityGroupRule {
  return { ...openRule("ingress"), id: randomUUID(), ...wish };
}

async function rules(...list: readonly LabSecurityGroupRule[]): Promise<void> {
  group.rules = [...list];
  await world.converge(lab.state);
}

const reaches = async (from: string, port: number) =>
  (await world.peer(from, "get", "192.168.125.4", port)) !== undefined;

beforeAll(async () => {
  world = await World.open();
  await world.converge(lab.state);
  for (const name of ["server", "near", "distant"]) await world.serve(name, "0.0.0.0", 8000);
  await world.serve("server", "0.0.0.0", 9000);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  server.port.securityGroupIds = [group.id];
  near.port.securityGroupIds = [lab.open.id];
  near.port.addressPairs = [];
  await rules();
});

test("a NIC without a group, or whose group has no rules, is closed in both directions", async () => {
  for (const groups of [[], [group.id]]) {
    server.port.securityGroupIds = groups;
    await world.converge(lab.state);
    const tries = await Promise.all([
      world.pings("near", "192.168.125.4"),
      reaches("near", 8000),
      world.pings("server", "192.168.125.10"),
      world.peer("server", "get", "192.168.125.10", 8000),
    ]);
    expect(tries).toEqual([false, false, false, undefined]);
    // ARP is not a matter of security groups.
    expect(await world.must("server", "ip neighbour show 192.168.125.10")).toContain("lladdr");
  }
});

test("an ingress rule lets in its protocol and ports, and the answers out, and nothing else", async () => {
  await rules(rule({ protocol: "tcp", portMin: 8000, portMax: 8001 }));
  expect(await reaches("near", 8000)).toBe(true);
  expect(await reaches("distant", 8000)).toBe(true);
  const others = await Promise.all([
    reaches("near", 9000),
    world.peer("near", "udp", "192.168.125.4", 8000),
    world.pings("near", "192.168.125.4"),
    world.peer("server", "get", "192.168.125.10", 8000),
  ]);
  expect(others).toEqual([false, undefined, false, undefined]);
  await rules(rule({ protocol: "17", portMin: 8000, portMax: 8000 }));
  expect(await world.peer("near", "udp", "192.168.125.4", 8000)).toBe("192.168.125.10");
  expect(await reaches("near", 8000)).toBe(false);
});

test("an egress rule lets out, and the answers in", async () => {
  await rules(rule({ direction: "egress", protocol: "tcp", remoteCidr: "192.168.126.0/24" }));
  expect(await world.peer("server", "get", "192.168.126.10", 8000)).toContain("192.168.125.4");
  expect(await world.peer("server", "get", "192.168.125.10", 8000)).toBeUndefined();
  expect(await reaches("distant", 8000)).toBe(false);
  expect((await world.run("server", resolve)).code).not.toBe(0);
  await rules(rule({ direction: "egress", protocol: "udp", portMin: 53, portMax: 53 }));
  expect((await world.run("server", resolve)).code).toBe(0);
});

/** getent has no way to choose a server, so a resolv.conf of the namespace's own is laid over. */
const resolve = `unshare --mount sh -c 'echo "nameserver ${vpcDnsAddress}
options timeout:1 attempts:1" >/tmp/fabric-resolv.$$ && mount --bind /tmp/fabric-resolv.$$ /etc/resolv.conf && rm /tmp/fabric-resolv.$$ && getent ahostsv4 site.example'`;

test("a source range counts as it is before translation", async () => {
  await rules(rule({ remoteCidr: "192.168.126.0/24" }));
  expect(await reaches("distant", 8000)).toBe(true);
  expect(await reaches("near", 8000)).toBe(false);
  const eip = lab.addPublicIp("203.0.113.7", server.port.id);
  await rules(rule({ protocol: "tcp", remoteCidr: "198.51.100.0/24" }));
  expect(await world.peer("internet", "get", "203.0.113.7", 8000)).toBeDefined();
  expect(await reaches("near", 8000)).toBe(false);
  eip.portId = "";
});

test("ICMP rules have type and code; errors about a flow always pass", async () => {
  await rules(rule({ protocol: "icmp", portMin: 8, portMax: 0 }));
  expect(await world.pings("near", "192.168.125.4")).toBe(true);
  await rules(rule({ protocol: "icmp", portMin: 0, portMax: null }));
  expect(await world.pings("near", "192.168.125.4")).toBe(false);
  // Nothing listens on UDP 7777 of near: its "port unreachable" comes back to a server without any ingress rule.
  await rules(rule({ direction: "egress", protocol: "udp" }));
  expect(await world.peer("server", "udp", "192.168.125.10", 7777)).toBeUndefined();
  const said = await world.run("server", "nstat -az IcmpInDestUnreachs");
  expect(Number(/IcmpInDestUnreachs\s+(\d+)/.exec(said.stdout)?.[1])).toBeGreaterThan(0);
});

test("pings are told apart: an allowed request out lets its own answers in, not requests", async () => {
  await rules(rule({ direction: "egress", protocol: "icmp" }));
  expect(await world.pings("server", "192.168.125.10")).toBe(true);
  expect(await world.pings("near", "192.168.125.4")).toBe(false);
});

test("other protocols go by address: VRRP unicast between two servers", async () => {
  const vrrp = (from: string, to: string) => world.must(from, `perl -MSocket -e '${sendRaw}' 112 ${to}`);
  await world.must(
    "server",
    `nft 'table ip watch { chain c { type filter hook prerouting priority -400; ip protocol 112 counter; }; }'`,
  );
  await vrrp("near", "192.168.125.4");
  expect(await world.must("server", "nft list table ip watch")).toContain("counter packets 0 ");
  await rules(rule({ protocol: "112", remoteCidr: "192.168.125.10/32" }));
  await vrrp("near", "192.168.125.4");
  expect(await world.must("server", "nft list table ip watch")).toContain("counter packets 1 ");
});

const sendRaw = `socket(S, AF_INET, SOCK_RAW, shift) or die; send(S, "x" x 20, 0, sockaddr_in(0, inet_aton(shift))) or die`;

test("from a group: its members' addresses, and with a wide pair of one member everybody", async () => {
  near.port.securityGroupIds = [peers.id];
  await rules(rule({ remoteGroupId: peers.id }));
  expect(await reaches("near", 8000)).toBe(true);
  expect(await reaches("distant", 8000)).toBe(false);
  near.port.addressPairs = [{ ip_address: "1.1.1.1/0" }];
  await world.converge(lab.state);
  expect(await reaches("distant", 8000)).toBe(true);
  near.port.addressPairs = [];
  near.port.securityGroupIds = [];
  await world.converge(lab.state);
  expect(await reaches("near", 8000)).toBe(false);
});

test("open connections live on while rules are added, changed and removed", async () => {
  await rules(rule({ protocol: "tcp", portMin: 8001, portMax: 8001 }));
  const held = world.talk("distant", "hold", "192.168.125.4", 8001);
  expect(await held.hear()).toBe("open");
  await rules(rule({ protocol: "udp" }), rule({ remoteGroupId: peers.id }));
  held.say("a");
  expect(await held.hear()).toBe("echo");
  expect(await reaches("distant", 8001)).toBe(false);
  await rules();
  held.say("b");
  expect(await held.hear()).toBe("echo");
  held.end();
});

test("fragments of a large datagram pass like the datagram", async () => {
  await rules(rule({ protocol: "icmp" }));
  expect(await world.pings("distant", "192.168.125.4", "-c 1 -W 1 -s 20000")).toBe(true);
});

test("a thousand short connections leave nothing that lasts", async () => {
  await rules(rule({ protocol: "tcp" }));
  expect(await world.peer("near", "many", "192.168.125.4", 8000, 1000)).toBe("1000");
  const flows = await world.must("vpc-demo", "nft list set bridge lab tcp_flows");
  // "expires 29s" is on its way out, "expires 9m58s" is not.
  const lasting = [...flows.matchAll(/expires \d+m\d+s/g)];
  expect(flows).toContain("expires");
  expect(lasting.length).toBeLessThan(20);
});

test("the names of the Internet are told to who may ask, over UDP and TCP", async () => {
  server.port.securityGroupIds = [lab.open.id];
  await world.converge(lab.state);
  expect(await world.must("server", resolve)).toContain(internetHosts.site);
  expect(await world.must("server", resolve.replace("attempts:1", "attempts:1 use-vc"))).toContain(
    internetHosts.site,
  );
});

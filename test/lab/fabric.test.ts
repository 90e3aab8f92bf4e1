import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { internetHosts } from "../../src/lab/state.ts";
import { ecsRoute, StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

/** The manual's topology: a proxy with an EIP, a client without, in one subnet. */
function manual() {
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
  const proxy = lab.addServer("ecs-proxy", subnet, "192.168.125.4", { check: false });
  const client = lab.addServer("ecs-app-1", subnet, "192.168.125.10");
  const eip = lab.addPublicIp("203.0.113.7", proxy.port.id);
  return { lab, subnet, proxy, client, eip };
}

const forwardByHand = `sysctl -qw net.ipv4.ip_forward=1
  iptables -t nat -A POSTROUTING -o eth0 -s 192.168.0.0/16 -j SNAT --to 192.168.125.4`;

const { site } = internetHosts;

describe("client -> route -> proxy -> EIP -> Internet", () => {
  let world: World;
  const { lab, proxy } = manual();
  beforeAll(async () => {
    world = await World.open();
    await world.converge(lab.state);
    await world.serve("internet", site, 80);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test("without the route a client has no way out, and the proxy has", async () => {
    expect(await world.pings("ecs-app-1", "192.168.125.4")).toBe(true);
    expect(await world.pings("ecs-proxy", site)).toBe(true);
    expect(await world.peer("ecs-proxy", "get", site, 80)).toContain('"address":"203.0.113.7"');
    expect(await world.pings("ecs-app-1", site)).toBe(false);
    expect(await world.peer("ecs-app-1", "udp", site, 80)).toBeUndefined();
  });

  test("with the route but no translation at the proxy, no private address is seen outside", async () => {
    await world.must("ecs-proxy", "sysctl -qw net.ipv4.ip_forward=1");
    await world.must(
      "internet",
      `nft 'table ip watch { chain c { type filter hook prerouting priority -400; ip saddr 192.168.0.0/16 counter; }; }'`,
    );
    lab.table.routes.push(ecsRoute("0.0.0.0/0", proxy));
    await world.converge(lab.state);
    expect(await world.pings("ecs-app-1", site)).toBe(false);
    expect(await world.must("internet", "nft list table ip watch")).toContain("counter packets 0 ");
  });

  test("with route and translation the client is seen with the proxy's EIP: ping, TCP, UDP", async () => {
    await world.must("ecs-proxy", forwardByHand);
    expect(await world.pings("ecs-app-1", site)).toBe(true);
    expect(await world.peer("ecs-app-1", "get", site, 80)).toContain('"address":"203.0.113.7"');
    expect(await world.peer("ecs-app-1", "udp", site, 80)).toBe("203.0.113.7");
  });

  test("large transfers arrive whole, in both directions", async () => {
    expect(await world.peer("ecs-app-1", "get", site, 80, "/bytes/3000000")).toBe("3000000");
    expect(await world.peer("ecs-app-1", "put", site, 80, 3_000_000)).toContain('"received":3000000');
  });

  test("1,000 connections at once with random ports at the proxy all work", async () => {
    await world.must(
      "ecs-proxy",
      "iptables -t nat -F POSTROUTING && iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4 --random-fully",
    );
    expect(await world.peer("ecs-app-1", "many", site, 80, 1000)).toBe("1000");
  });

  test("a client of a subnet behind the same router is served the same way", async () => {
    const other = lab.addSubnet("subnet-second", "192.168.126.0/24");
    lab.addServer("ecs-app-2", other, "192.168.126.10");
    await world.converge(lab.state);
    await world.must("ecs-proxy", forwardByHand);
    expect(await world.peer("ecs-app-2", "get", site, 80)).toContain('"address":"203.0.113.7"');
  });

  test("the router sends no redirects", async () => {
    expect(await world.must("ecs-app-1", `ping -n -c 3 -i 0.2 ${site}`)).not.toContain("Redirect");
  });
});

describe("EIPs", () => {
  test("one to one, from inside and from outside, and at once when bound, moved or unbound", async () => {
    await using world = await World.open();
    const { lab, client, proxy, eip } = manual();
    await world.converge(lab.state);
    await world.serve("internet", site, 80);
    await world.serve("ecs-proxy", "0.0.0.0", 8000);
    await world.serve("ecs-app-1", "0.0.0.0", 8000);
    // The first packet may well come from outside.
    expect(await world.peer("internet", "get", "203.0.113.7", 8000)).toContain('"address":"198.51.100.2"');
    const held = world.talk("internet", "hold", "203.0.113.7", 8001);
    expect(await held.hear()).toBe("open");
    held.say("a");
    expect(await held.hear()).toBe("echo");

    eip.portId = client.port.id;
    await world.converge(lab.state);
    expect(await world.pings("ecs-proxy", site)).toBe(false);
    expect(await world.peer("ecs-app-1", "get", site, 80)).toContain('"address":"203.0.113.7"');
    expect(await world.peer("internet", "get", "203.0.113.7", 8000)).toContain('"address":"198.51.100.2"');
    held.say("b");
    expect(await held.hear(1000)).toBeUndefined();

    eip.portId = "";
    await world.converge(lab.state);
    expect(await world.pings("internet", "203.0.113.7")).toBe(false);
    expect(await world.pings("ecs-app-1", site)).toBe(false);
    const second = lab.addPublicIp("203.0.113.8", proxy.port.id);
    eip.portId = client.port.id;
    await world.converge(lab.state);
    expect(await world.pings("ecs-app-1", second.address)).toBe(true);
    expect(await world.peer("ecs-app-1", "get", second.address, 8000)).toContain('"address":"203.0.113.7"');
  });

  test("on a virtual IP; and not on one that is the next hop of a route", async () => {
    await using world = await World.open();
    const { lab, subnet } = manual();
    const vip = lab.addVip(subnet, "192.168.125.200");
    lab.addPublicIp("203.0.113.50", vip.id);
    await world.converge(lab.state);
    await world.serve("internet", site, 80);
    await world.must("ecs-proxy", "ip address add 192.168.125.200/32 dev eth0");
    expect(await world.pings("internet", "203.0.113.50")).toBe(true);
    const fromVip = `curl -sS -m 2 --interface 192.168.125.200 http://${site}/`;
    expect(await world.must("ecs-proxy", fromVip)).toContain('"address":"203.0.113.50"');

    lab.table.routes.push({
      type: "vip",
      destination: "10.0.0.0/8",
      nexthop: "192.168.125.200",
      description: "",
    });
    await world.converge(lab.state);
    expect(await world.pings("internet", "203.0.113.50")).toBe(false);
    expect((await world.run("ecs-proxy", fromVip)).code).not.toBe(0);
  });

  test("two VPCs with the same addresses do not meet", async () => {
    await using world = await World.open();
    const first = manual();
    const second = manual();
    for (const name of [
      "vpcs",
      "subnets",
      "ports",
      "servers",
      "routeTables",
      "publicIps",
      "securityGroups",
    ] as const) {
      const into: Map<string, unknown> = first.lab.state[name];
      for (const [id, entry] of second.lab.state[name]) into.set(id, entry);
    }
    second.eip.address = "203.0.113.9";
    await world.converge(first.lab.state);
    await world.serve("internet", site, 80);
    const twin = `ecs-proxy-${second.proxy.id.replaceAll("-", "").slice(0, 12)}`;
    expect(await world.peer("ecs-proxy", "get", site, 80)).toContain("203.0.113.7");
    expect(await world.peer(twin, "get", site, 80)).toContain("203.0.113.9");
    expect(await world.pings("ecs-proxy", "203.0.113.9")).toBe(true);
  });
});

import { expect, test } from "vitest";
import { internetHosts } from "../../src/lab/state.ts";
import { ecsRoute, StateBuilder } from "./fabric-state.ts";
import { World } from "./fabric-world.ts";

test("a client reaches the Internet through a proxy that forwards and translates, and is seen with its EIP", async () => {
  await using world = await World.open();
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("subnet-app", "192.168.125.0/24");
  const proxy = lab.addServer("ecs-proxy", subnet, "192.168.125.4", { check: false });
  lab.addServer("ecs-app-1", subnet, "192.168.125.10");
  lab.addPublicIp("203.0.113.7", proxy.port.id);
  await world.converge(lab.state);
  expect(await world.pings("ecs-app-1", "192.168.125.4")).toBe(true);
  expect(await world.pings("ecs-proxy", internetHosts.site)).toBe(true);
  expect(await world.pings("ecs-app-1", internetHosts.site)).toBe(false);

  await world.must(
    "ecs-proxy",
    `sysctl -qw net.ipv4.ip_forward=1 && iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4`,
  );
  lab.table.routes.push(ecsRoute("0.0.0.0/0", proxy));
  await world.converge(lab.state);
  expect(await world.pings("ecs-app-1", internetHosts.site)).toBe(true);
});

import { expect, test } from "vitest";
import { ecsRoute, StateBuilder } from "../../../test/lab/fabric-state.ts";
import { bindingsOf } from "./bindings.ts";
import { bridgeName, Names } from "./names.ts";
import { routerRoutes } from "./routing.ts";

function commands(lab: StateBuilder): string[] {
  const subnets = [...lab.state.subnets.values()];
  const names = new Map(subnets.map((subnet) => [bridgeName(subnet), subnet.name]));
  return routerRoutes(lab.state, lab.vpc, subnets, new Names())
    .flatMap((item) => item.add)
    .map((line) => line.replaceAll(/b[0-9a-f]{12}/g, (bridge) => names.get(bridge) ?? bridge));
}

test("routes and rules of a router, in the order in which the kernel asks them", () => {
  const lab = new StateBuilder();
  const app = lab.addSubnet("app", "192.168.125.0/24");
  const far = lab.addSubnet("far", "192.168.126.0/24");
  const proxy = lab.addServer("proxy", far, "192.168.126.4");
  const nic = lab.addPort(app, "192.168.125.9", proxy.id, "compute:eu-de-01");
  lab.table.routes.push(
    ecsRoute("0.0.0.0/0", proxy),
    { type: "eni", destination: "10.1.2.3/16", nexthop: nic.id, description: "" },
    { type: "vip", destination: "10.3.0.0/16", nexthop: "192.168.125.200", description: "" },
    { type: "vip", destination: "10.4.0.0/16", nexthop: "172.16.0.1", description: "" },
    { type: "nat", destination: "10.5.0.0/16", nexthop: "n", description: "" },
    ecsRoute("10.6.0.0/16", { id: "gone" }),
  );
  lab.addTable("second");
  expect(commands(lab)).toEqual([
    "route replace blackhole 100.64.0.0/10 table main",
    "route replace blackhole 198.19.128.0/20 table main",
    "route replace 0.0.0.0/0 table 10 via 192.0.2.254 dev uplink",
    "route replace 0.0.0.0/0 table 256 via 192.168.126.4 dev far onlink",
    "route replace 10.1.0.0/16 table 256 via 192.168.125.9 dev app onlink",
    "route replace 10.3.0.0/16 table 256 via 192.168.125.200 dev app onlink",
    "route replace blackhole 10.4.0.0/16 table 256",
    "route replace blackhole 10.5.0.0/16 table 256",
    "route replace blackhole 10.6.0.0/16 table 256",
    "rule add preference 100 lookup main suppress_prefixlength 0",
    "rule add preference 2000 fwmark 65536/65536 lookup 10",
    "rule add preference 1000 fwmark 256/65535 lookup 256 suppress_prefixlength 0",
    "rule add preference 3000 fwmark 256/65535 lookup 256",
    "rule add preference 1000 fwmark 257/65535 lookup 257 suppress_prefixlength 0",
    "rule add preference 3000 fwmark 257/65535 lookup 257",
    "rule add preference 32000 blackhole",
  ]);
});

test("an EIP works on a NIC and on a virtual IP, and not on a virtual IP that is a next hop", () => {
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("app", "192.168.125.0/24");
  const server = lab.addServer("proxy", subnet, "192.168.125.4");
  const vip = lab.addVip(subnet, "192.168.125.200");
  lab.addPublicIp("203.0.113.1", server.port.id);
  lab.addPublicIp("203.0.113.2", vip.id);
  lab.addPublicIp("203.0.113.3", "");
  const working = () =>
    bindingsOf(lab.state).map((binding) => [binding.publicAddress, binding.privateAddress]);
  expect(working()).toEqual([
    ["203.0.113.1", "192.168.125.4"],
    ["203.0.113.2", "192.168.125.200"],
  ]);
  lab.table.routes.push({ type: "vip", destination: "10.0.0.0/8", nexthop: vip.ip, description: "" });
  expect(working()).toEqual([["203.0.113.1", "192.168.125.4"]]);
});

/** Which steps a gateway needs on a plain OpenStack, by the way that the clients' packets come. */
import { expect, test } from "vitest";
import type { Subnet } from "../cloud/cloud.ts";
import { stepsFor } from "./for-gateway.ts";
import type { Facts, Gateway } from "./gateway.ts";
import { facts, gatewayOf, pairOf, proxyOf } from "./testing/gateways.ts";

const [one, two] = [proxyOf(1), proxyOf(2)];
const openstack: Facts = {
  ...facts,
  name: "OpenStack",
  routes: "router",
  dhcp: true,
  eipBeforeRoute: false,
};
const [served] = gatewayOf([one]).subnets;
/** Behind a router without SNAT, the proxy among its clients. */
function onRouter(more: Partial<Gateway> = {}): Gateway {
  const dhcp = { enabled: true, hostRoutes: [], pools: [], gatewayOf: "router", marks: [] } as const;
  if (!served) throw new Error("the gateway serves no subnet");
  const subnet: Subnet = { ...served.subnet, dhcp };
  const router = { id: "vpc-1", name: "r1", cidrs: [], sharedSnat: false, router: "outside" } as const;
  return gatewayOf([one], { vpc: router, subnets: [{ ...served, subnet }], ...more });
}
const kinds = (gateway: Gateway) =>
  stepsFor(gateway, openstack, []).map(({ kind, object }) => `${kind} ${object}`);

test("where a router translates already, there is nothing to do", () => {
  const { vpc } = onRouter();
  expect(kinds(onRouter({ vpc: { ...vpc, sharedSnat: true } }))).toEqual([]);
});

test("host routes come last, after the proxy and whoever has an EIP are told that nothing changes for them", () => {
  const [first] = onRouter().subnets;
  if (!first) throw new Error("the gateway serves no subnet");
  const client = (name: string, publicIp?: string) => ({
    server: { ...one.server, id: name, name },
    ip: `192.168.125.2${name}`,
    nicId: `nic-${name}`,
    subnet: first.subnet,
    ...(publicIp === undefined ? {} : { publicIp }),
  });
  expect(kinds(onRouter({ clients: [client("1"), client("2", "203.0.113.50")] })).slice(-4)).toEqual([
    "host/source-nat ecs-1",
    "cloud/dhcp-options ecs-1 192.168.125.11",
    "cloud/dhcp-options 2 192.168.125.22",
    "cloud/host-routes subnet-app",
  ]);
});

test("a refused way has no route: what the packets come by is left as it is", () => {
  const { spec } = onRouter();
  const naive = onRouter({ spec: { ...spec, recipe: "router-route" } });
  expect(kinds(naive).at(-1)).toBe("host/source-nat ecs-1");
});

test("a proxy between two networks has its EIP and its way out on the one NIC, and the clients' packets on the other", () => {
  const outside = { ...one.nic, id: "nic-out", ip: "10.9.0.4", subnetId: "net-out" };
  const { subnets } = onRouter();
  const inside = onRouter({
    proxies: [{ ...one, outside }],
    vpc: { id: "vpc-1", name: "r2", cidrs: [], sharedSnat: false, router: "inside" },
    subnets,
  });
  const steps = stepsFor(inside, openstack, []);
  const want = (kind: string) => steps.find((step) => step.kind === kind)?.want;
  expect(want("cloud/public-ip")).toMatchObject({ nicId: "nic-out" });
  expect(want("host/source-nat")).toMatchObject({ privateIp: "10.9.0.4", insideMacs: [one.nic.mac] });
  expect(want("cloud/source-destination-check")).toMatchObject({ nicId: one.nic.id });
  expect(want("cloud/default-route")).toMatchObject({ type: "ecs", ofRouter: true });
});

test("with port security off a NIC has no security groups, and the step that makes one is left out", () => {
  const { spec } = onRouter();
  const off = onRouter({ spec: { ...spec, sourceDestinationCheck: "port-security-off" } });
  expect(kinds(off)).not.toContain("cloud/security-group ecs-1");
  const [check] = stepsFor(off, { ...openstack, portSecurityOff: false }, []).slice(1);
  expect(check?.want).toMatchObject({
    portSecurityOff: true,
    unable: "OpenStack has no port security to switch off",
  });
});

test.each([
  ["as the subnet's gateway", { gatewayIp: one.nic.ip }, []],
  ["by a host route", {}, [{ destination: "0.0.0.0/1", nextHop: one.nic.ip }]],
])(
  "the proxy that clients are led to %s is set up first, wherever the spec names it",
  (_, more, hostRoutes) => {
    const gateway = onRouter({ pair: pairOf([]), proxies: [two, one] });
    const [first] = gateway.subnets;
    if (!first?.subnet.dhcp) throw new Error("the subnet has DHCP");
    const subnet = { ...first.subnet, ...more, dhcp: { ...first.subnet.dhcp, hostRoutes } };
    const roles = stepsFor({ ...gateway, subnets: [{ ...first, subnet }] }, openstack, [])
      .filter(({ kind }) => kind === "pair/role")
      .map(({ object }) => object);
    expect(roles).toEqual(["ecs-1", "ecs-2"]);
  },
);

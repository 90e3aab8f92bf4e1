/** Which steps a gateway needs, and in which order: order is safety. */
import { expect, test } from "vitest";
import type { PublicIp, Route } from "../cloud/cloud.ts";
import { stepsFor } from "./for-gateway.ts";
import type { Facts, Gateway } from "./gateway.ts";
import { facts, gatewayOf, pairOf, proxyOf } from "./testing/gateways.ts";

const [one, two, three] = [proxyOf(1), proxyOf(2), proxyOf(3)];
const eip: PublicIp = { id: "eip-1", address: "203.0.113.20", name: "by hand" };
const allocated: PublicIp = { id: "eip-2", address: "203.0.113.21", name: "wayout-egress" };
const steps = (gateway: Gateway) => stepsFor(gateway, facts, ["1.1.1.1"]);
const order = (gateway: Gateway): string[] => steps(gateway).map(({ kind, object }) => `${kind} ${object}`);
const wantsOf = (gateway: Gateway, kind: string) =>
  steps(gateway)
    .filter((step) => step.kind === kind)
    .map((step) => step.want);

test("a cloud whose edits of groups end connections says so to each step that edits one", () => {
  const groups = (more: Partial<Facts>) =>
    stepsFor(gatewayOf([one]), { ...facts, ...more }, []).filter(
      ({ kind }) => kind === "cloud/security-group",
    );
  expect(groups({ groupEditsEndConnections: true })[0]?.want).toHaveProperty("editsEndConnections", true);
  expect(groups({})[0]?.want).not.toHaveProperty("editsEndConnections");
});

test("one proxy has its EIP first and the route last", () => {
  expect(order(gatewayOf([one]))).toEqual([
    "cloud/public-ip ecs-1",
    "cloud/security-group ecs-1",
    "cloud/source-destination-check ecs-1",
    "host/ip-forwarding ecs-1",
    "host/source-nat ecs-1",
    "cloud/default-route rtb-demo",
  ]);
});

const fresh = [
  "pair/virtual-ip wayout-egress-inner",
  "pair/virtual-ip wayout-egress-outer",
  "cloud/security-group ecs-1",
  "cloud/source-destination-check ecs-1",
  "cloud/security-group ecs-2",
  "cloud/source-destination-check ecs-2",
  "pair/packages ecs-1",
  "pair/packages ecs-2",
  "pair/connection-sync ecs-1",
  "pair/connection-sync ecs-2",
  "host/ip-forwarding ecs-1",
  "host/ip-forwarding ecs-2",
  "pair/role ecs-1",
  "pair/role ecs-2",
  "pair/signed-adverts the pair",
  "pair/public-ip wayout-egress-outer",
  "host/source-nat ecs-2",
  "host/source-nat ecs-1",
  "cloud/default-route rtb-demo",
];

test("a fresh pair settles its roles before the EIP moves and before the rules change, the standby's first", () => {
  expect(order(gatewayOf([one, two], { pair: pairOf([]) }))).toEqual(fresh);
});

test("where the proxies stand between two networks, the outer NICs may have the outer address, and hear the other proxy", () => {
  const between = [one, two].map((proxy, at) => ({
    ...proxy,
    outside: { ...proxy.nic, id: `outside-${at + 1}`, subnetId: "net-public", ip: `10.0.0.1${at + 1}` },
  }));
  const [first, second] = between;
  if (!first || !second) throw new Error("there are two");
  const pair = pairOf([]);
  const outer = { ...pair.outer, ip: "10.0.0.251", subnetId: "net-public", subnetName: "subnet-public" };
  const gateway = gatewayOf([first, second], { pair: { ...pair, outer } });
  const more = ["ecs-1", "ecs-2"].flatMap((name) => [
    `cloud/security-group ${name} outside`,
    `pair/outer-address ${name}`,
  ]);
  expect(order(gateway)).toEqual(fresh.flatMap((line, at) => (at === 5 ? [line, ...more] : [line])));
  expect(wantsOf(gateway, "pair/virtual-ip")).toMatchObject([
    { subnetId: "net-app", addresses: ["192.168.125.11", "192.168.125.12"] },
    { subnetId: "net-public", ip: "10.0.0.251", addresses: ["10.0.0.11", "10.0.0.12"] },
  ]);
  expect(wantsOf(gateway, "cloud/security-group").at(-1)).toMatchObject({
    nicId: "outside-2",
    mode: "add",
    served: [],
    peer: { ip: "10.0.0.11" },
  });
  expect(wantsOf(gateway, "pair/role")[0]).toMatchObject({
    address: "192.168.125.11",
    outside: { address: "10.0.0.11", peer: "10.0.0.12", peerMac: "fa:16:3e:00:00:02" },
  });
});

test("a NIC without port security is given no security group: Neutron would refuse it", () => {
  const open = { ...one, nic: { ...one.nic, portSecurity: false } };
  expect(order(gatewayOf([{ ...open, outside: open.nic }]))).not.toContain("cloud/security-group ecs-1");
});

test("a pair that stands is gone through in the same order", () => {
  expect(order(gatewayOf([one, two], { pair: pairOf([one, two]) }))).toEqual(fresh);
});

test("who is in the pair already learns of a newcomer first, wherever the spec names it", () => {
  const pair = pairOf([one, two]);
  const hosts = (proxies: Gateway["proxies"], kind: string) =>
    order(gatewayOf(proxies, { pair })).filter((line) => line.startsWith(kind));
  for (const proxies of [[three, two] as const, [two, three] as const]) {
    expect(hosts(proxies, "pair/role")).toEqual(["pair/role ecs-2", "pair/role ecs-3"]);
    expect(hosts(proxies, "host/source-nat")).toEqual(["host/source-nat ecs-3", "host/source-nat ecs-2"]);
  }
});

test("the proxy that the route leads to is gone through first, wherever the spec names it and whatever is bound to both", () => {
  const route: Route = {
    destination: "0.0.0.0/0",
    type: "ecs",
    nextHop: two.server.id,
    description: "wayout:egress",
  };
  for (const pair of [pairOf([]), pairOf([one, two])]) {
    const gateway = gatewayOf([one, two], { pair });
    const subnets = gateway.subnets.flatMap(({ subnet, table }) =>
      table ? [{ subnet, table: { ...table, routes: [route] } }] : [],
    );
    const roles = order({ ...gateway, subnets }).filter((line) => line.startsWith("pair/role"));
    expect(roles).toEqual(["pair/role ecs-2", "pair/role ecs-1"]);
  }
});

test("the first proxy of the spec is the one whose EIP is kept, whoever is in the pair already", () => {
  const gateway = gatewayOf([three, two], { pair: pairOf([one, two]) });
  expect(wantsOf(gateway, "pair/public-ip")).toEqual([
    expect.objectContaining({
      proxies: [
        { server: "ecs-3", nicId: "nic-3", ip: "192.168.125.13" },
        { server: "ecs-2", nicId: "nic-2", ip: "192.168.125.12" },
      ],
    }),
  ]);
});

test("back to one, the EIP comes from the virtual IP after forwarding is the proxy's own, and before the rules", () => {
  const { inner, outer } = pairOf([one, two]);
  const left = { ...eip, nicId: "vip-outer" };
  const leaving = [inner, { ...outer, publicIp: left }];
  const gateway = gatewayOf([one], { leaving, chosenIp: left });
  expect(order(gateway)).toEqual([
    "cloud/security-group ecs-1",
    "cloud/source-destination-check ecs-1",
    "host/ip-forwarding ecs-1",
    "cloud/public-ip ecs-1",
    "host/source-nat ecs-1",
    "cloud/default-route rtb-demo",
  ]);
  expect(wantsOf(gateway, "cloud/public-ip")).toMatchObject([
    { eip: "eip-1", leaving: { nicId: "vip-outer", publicIp: "203.0.113.20" } },
  ]);
});

test("an EIP that a killed run left on its way comes before all hosts, which may be out of reach without it", () => {
  const pair = order(gatewayOf([one, two], { pair: pairOf([one, two]), eipOnItsWay: true }));
  expect(pair[2]).toBe("pair/public-ip wayout-egress-outer");
  expect(pair.toSorted()).toEqual(fresh.toSorted());
  const { inner, outer } = pairOf([one, two]);
  for (const leaving of [[inner], [inner, outer]]) {
    expect(order(gatewayOf([one], { leaving, eipOnItsWay: true }))[0]).toBe("cloud/public-ip ecs-1");
  }
});

test.each<[string, string, PublicIp | undefined, PublicIp | undefined, boolean]>([
  ["allocate, and there is none yet", "allocate", undefined, undefined, true],
  ["allocate, and the proxy has its own", "allocate", eip, eip, false],
  ["allocate, and it is the gateway's EIP", "allocate", allocated, undefined, true],
  ["keep, and the gateway goes on with it", "keep", allocated, undefined, true],
  ["another one by its address, and the proxy of a pair has it still", "203.0.113.20", eip, allocated, true],
  ["another one by its address, and nobody uses it", "203.0.113.20", eip, undefined, false],
])("an allocated EIP is the gateway's as long as it is used: %s", (_, publicIp, chosenIp, onProxy, stays) => {
  for (const pair of [undefined, pairOf([one, two])]) {
    const proxy = { ...one, ...(onProxy ? { publicIp: onProxy } : {}) };
    const plain = gatewayOf([proxy, two], { ...(pair ? { pair } : {}), ...(chosenIp ? { chosenIp } : {}) });
    const first = order({ ...plain, spec: { ...plain.spec, publicIp } })[0];
    expect(first === "cloud/allocated-public-ip wayout-egress").toBe(stays);
  }
});

test("each member is told who it is, who the other one is, and both virtual IPs", () => {
  const told = { inner: "192.168.125.251", outer: "192.168.125.250", targets: ["1.1.1.1"] };
  const members = [
    {
      ...told,
      gateway: "egress",
      host: one.host,
      mac: "fa:16:3e:00:00:01",
      address: "192.168.125.11",
      peer: "192.168.125.12",
      peerMac: "fa:16:3e:00:00:02",
      peerName: "ecs-2",
      peerHost: two.host,
      ownEip: false,
    },
    {
      ...told,
      gateway: "egress",
      host: two.host,
      mac: "fa:16:3e:00:00:02",
      address: "192.168.125.12",
      peer: "192.168.125.11",
      peerMac: "fa:16:3e:00:00:01",
      peerName: "ecs-1",
      peerHost: one.host,
      ownEip: true,
    },
  ];
  const gateway = gatewayOf([proxyOf(1, false), two], { pair: pairOf([]) });
  expect(wantsOf(gateway, "pair/connection-sync")).toEqual(members);
  expect(wantsOf(gateway, "pair/role")).toEqual(members);
});

test("the rules of both proxies let the same through: clients, and each proxy for its watch", () => {
  const gateway = gatewayOf([one, two], { pair: pairOf([]) });
  const rules = {
    served: ["192.168.125.0/24"],
    destinations: ["0.0.0.0/0"],
    virtualIps: { inner: "192.168.125.251", outer: "192.168.125.250" },
  };
  expect(wantsOf(gateway, "host/source-nat")).toMatchObject([rules, rules]);
  const [servedSubnet] = gateway.subnets;
  if (!servedSubnet) throw new Error("the gateway serves nothing");
  const elsewhere = { ...servedSubnet, subnet: { ...servedSubnet.subnet, cidr: "192.168.126.0/24" } };
  expect(wantsOf({ ...gateway, subnets: [elsewhere] }, "host/source-nat")[0]).toMatchObject({
    served: ["192.168.125.11/32", "192.168.125.12/32", "192.168.126.0/24"],
  });
});

test("the route of a pair leads to the inner virtual IP, that of one proxy to the proxy", () => {
  expect(wantsOf(gatewayOf([one, two], { pair: pairOf([]) }), "cloud/default-route")).toMatchObject([
    {
      type: "vip",
      nextHop: "192.168.125.251",
      nextHopName: "ecs-1 and ecs-2",
      continues: ["server-1", "server-2"],
    },
  ]);
  expect(wantsOf(gatewayOf([one]), "cloud/default-route")).toMatchObject([
    { type: "ecs", nextHop: "server-1", nextHopName: "ecs-1" },
  ]);
});

test("a cloud whose routes cannot lead to a virtual IP has the reason in both of them", () => {
  const unable = stepsFor(gatewayOf([one, two], { pair: pairOf([]) }), { ...facts, vipNextHop: false }, [])
    .filter(({ kind }) => kind === "pair/virtual-ip")
    .map(({ want }) => want);
  const reason = expect.stringContaining("a route of still cannot have a virtual IP as its next hop");
  expect(unable).toMatchObject([{ unable: reason }, { unable: reason }]);
});

test("no step of a gateway is told twice", () => {
  for (const gateway of [gatewayOf([one]), gatewayOf([one, two], { pair: pairOf([]) })]) {
    const ids = steps(gateway).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

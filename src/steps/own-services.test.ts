import fc from "fast-check";
import { expect, test } from "vitest";
import type { Nic, SecurityGroup, SecurityGroupRuleSpec } from "../cloud/cloud.ts";
import { serviceText } from "../host/own-services.ts";
import type { Gateway } from "./gateway.ts";
import { ownServicesOf } from "./own-services.ts";
import { gatewayOf, pairOf, proxyOf } from "./testing/gateways.ts";

const served = ["192.168.125.0/24", "192.168.126.0/24"];

function rule(over: Partial<SecurityGroupRuleSpec>): SecurityGroupRuleSpec {
  return {
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    portMin: null,
    portMax: null,
    remoteCidr: null,
    remoteGroupId: null,
    description: "",
    ...over,
  };
}

function group(id: string, rules: readonly SecurityGroupRuleSpec[]): SecurityGroup {
  const placed = rules.map((one, at) => ({ ...one, id: `${id}-${at}`, groupId: id }));
  return { id, name: id, description: "", rules: placed };
}

/** A gateway of one proxy, whose NIC is in these groups, with others' NICs in groups. */
function gatewayIn(
  groups: readonly SecurityGroup[],
  more: { spec?: Partial<Gateway["spec"]>; members?: Record<string, readonly Nic[]>; pair?: boolean } = {},
): Gateway {
  const [first, second] = [proxyOf(1), proxyOf(2)].map((proxy) => {
    const nic = { ...proxy.nic, securityGroupIds: groups.map(({ id }) => id) };
    return { ...proxy, nic, outside: nic, nics: [nic] };
  });
  if (!first || !second) throw new Error("two proxies");
  const proxies: Gateway["proxies"] = more.pair ? [first, second] : [first];
  const plain = gatewayOf(proxies, more.pair ? { pair: pairOf(proxies) } : {});
  return {
    ...plain,
    spec: { ...plain.spec, ...more.spec },
    securityGroups: groups,
    groupMembers: new Map(Object.entries(more.members ?? {})),
  };
}

function member(ip: string, over: Partial<Nic> = {}): Nic {
  return { ...proxyOf(9).nic, id: `nic-${ip}`, ip, ...over };
}

function open(gateway: Gateway): readonly string[] | undefined {
  return ownServicesOf(gateway, gateway.proxies[0], served)?.open.map(serviceText);
}

test("a rule opens its protocol and ports to the part of its range that is served", () => {
  const groups = [
    group("a", [
      rule({ protocol: "tcp", portMin: 22, portMax: 22 }),
      rule({ protocol: "tcp", portMin: 8000, portMax: 8100, remoteCidr: "192.168.0.0/16" }),
      rule({ protocol: "UDP", portMin: 53, portMax: 53, remoteCidr: "192.168.125.64/26" }),
      rule({ protocol: "icmp", portMin: 8, portMax: 0, remoteCidr: "0.0.0.0/0" }),
      rule({ protocol: "gre", remoteCidr: "192.168.126.7/32" }),
      rule({ protocol: "50", remoteCidr: "192.168.126.7/32" }),
      // None of these lets a served source in.
      rule({ protocol: "tcp", portMin: 1, portMax: 9, remoteCidr: "10.0.0.0/8" }),
      rule({ direction: "egress" }),
      rule({ ethertype: "IPv6" }),
    ]),
    group("b", [rule({ protocol: "udp", portMin: 53, portMax: 53, remoteCidr: "192.168.125.0/26" })]),
  ];
  expect(open(gatewayIn(groups))).toEqual([
    "icmp echo from 192.168.125.0/24, 192.168.126.0/24",
    "tcp 22 from 192.168.125.0/24, 192.168.126.0/24",
    "tcp 8000-8100 from 192.168.125.0/24, 192.168.126.0/24",
    "udp 53 from 192.168.125.0/25",
    "protocol 47 from 192.168.126.7/32",
    "protocol 50 from 192.168.126.7/32",
  ]);
});

test("a rule from a group opens to the members' addresses, and to what their NICs may use besides", () => {
  const groups = [group("a", [rule({ remoteGroupId: "clients" })])];
  const members = {
    clients: [
      member("192.168.125.20"),
      member("192.168.126.21", { addressPairs: [{ ip_address: "192.168.126.64/26" }] }),
      member("10.0.0.5"),
      // The proxy itself, before it leaves the group.
      { ...proxyOf(1).nic, securityGroupIds: ["clients"] },
    ],
  };
  expect(open(gatewayIn(groups, { members }))).toEqual([
    "everything from 192.168.125.20/32, 192.168.126.21/32, 192.168.126.64/26",
  ]);
});

test("the two of a pair count as members, whether they have left the group already or not", () => {
  const groups = [group("a", [rule({ protocol: "tcp", portMin: 873, portMax: 873, remoteGroupId: "a" })])];
  const before = { a: [proxyOf(1).nic, proxyOf(2).nic, member("192.168.125.20")] };
  const after = { a: [member("192.168.125.20")] };
  for (const members of [before, after]) {
    const gateway = gatewayIn(groups, { pair: true, members });
    expect(open(gateway)).toEqual(["tcp 873 from 192.168.125.12/32, 192.168.125.20/32"]);
    expect(ownServicesOf(gateway, gateway.proxies[0], served)?.peers).toEqual(["192.168.125.12"]);
  }
});

test("a proxy that has left a group for one of its own counts as a member, as it does once it is back", () => {
  const groups = [group("a", [rule({ remoteGroupId: "clients" })]), group("clients", [])];
  const theirs = rule({ protocol: "tcp", portMin: 22, portMax: 22, description: "copied from clients" });
  const own = { ...group("wayout-egress-ecs-7", [theirs]), description: "wayout:egress" };
  const nic = member("192.168.125.7");
  const [left, back] = [
    {
      clients: [member("192.168.125.20")],
      "wayout-egress-ecs-7": [{ ...nic, addressPairs: [{ ip_address: "1.1.1.1/0" }] }],
    },
    { clients: [member("192.168.125.20"), nic] },
  ];
  const whenLeft = { ...gatewayIn(groups, { members: left }), securityGroups: [...groups, own] };
  expect(open(whenLeft)).toEqual(["everything from 192.168.125.7/32, 192.168.125.20/32"]);
  expect(open(whenLeft)).toEqual(open(gatewayIn(groups, { members: back })));
});

test("rules that Wayout made for this gateway were not there before; those for another gateway and by hand count", () => {
  const groups = [
    group("wayout-egress-ecs-1", [
      rule({ remoteCidr: "192.168.125.0/24", description: "wayout:egress" }),
      rule({ protocol: "tcp", portMin: 22, portMax: 22, description: "copied from sg-ssh" }),
      rule({
        protocol: "tcp",
        portMin: 80,
        portMax: 80,
        remoteCidr: "192.168.126.9/32",
        description: "wayout:other",
      }),
      rule({ protocol: "tcp", portMin: 443, portMax: 443, remoteCidr: "192.168.125.0/24" }),
    ]),
  ];
  expect(open(gatewayIn(groups))).toEqual([
    "tcp 22 from 192.168.125.0/24, 192.168.126.0/24",
    "tcp 80 from 192.168.126.9/32",
    "tcp 443 from 192.168.125.0/24",
  ]);
});

test("nothing is closed where everything could be reached, or is to be", () => {
  const all = [group("a", [rule({ remoteCidr: "0.0.0.0/0" })])];
  const none = [group("a", [])];
  expect(open(gatewayIn(all))).toBeUndefined();
  expect(open(gatewayIn(none, { spec: { ownServices: "open" } }))).toBeUndefined();
  expect(open(gatewayIn(none, { spec: { sourceDestinationCheck: "port-security-off" } }))).toBeUndefined();
  const off = gatewayIn(none);
  const [proxy] = off.proxies;
  const bare = { ...proxy, nic: { ...proxy.nic, portSecurity: false } };
  expect(ownServicesOf(off, bare, served)).toBeUndefined();
  expect(open(gatewayIn(none))).toEqual([]);
});

test("closed is told apart from what was reachable, also where that was everything", () => {
  const all = [group("a", [rule({})])];
  const gateway = gatewayIn(all, { spec: { ownServices: "closed" } });
  expect(ownServicesOf(gateway, gateway.proxies[0], served)).toMatchObject({
    closed: true,
    open: [{ protocol: null, ports: null, from: served }],
  });
});

test("what a cloud says of protocols and ranges never becomes a word of a rule unless it is one", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom("tcp; reboot", "$(reboot)", "6\nadd table x", "0x6", "-1", "256", "999"),
  );
  fc.assert(
    fc.property(hostile, hostile, (protocol, remoteCidr) => {
      const groups = [group("a", [rule({ protocol, remoteCidr })])];
      for (const text of open(gatewayIn(groups)) ?? []) {
        expect(text).toMatch(/^(everything|icmp|tcp|udp|vrrp|protocol \d{1,3}) from [0-9./, ]+$/);
      }
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Nic, Subnet, SubnetDhcp } from "../../cloud/cloud.ts";
import { holds, parseRange } from "../../spec/addresses.ts";
import { pairIn, virtualIpsOf } from "./virtual-ips.ts";

const subnetOf = (cidr: string, id = "net-1"): Subnet => ({
  id,
  name: "subnet-app",
  vpcId: "vpc-1",
  cidr,
  gatewayIp: cidr.replace(/\d+\/\d+$/, "1"),
  dns: [],
});
const nicOf = (ip: string, more: Partial<Nic> = {}): Nic => ({
  id: `nic-${ip}`,
  name: "",
  serverId: "server-1",
  subnetId: "net-1",
  ip,
  mac: "fa:16:3e:00:00:01",
  owner: "compute:eu-de-01",
  securityGroupIds: [],
  addressPairs: [],
  ...more,
});
const vipOf = (name: string, ip: string, boundTo: readonly string[] = []): Nic =>
  nicOf(ip, { name, serverId: "", addressPairs: boundTo.map((ip_address) => ({ ip_address })) });
const inOne = (subnet: Subnet, nics: readonly Nic[] = []) => ({
  inner: { subnet, nics },
  outer: { subnet, nics },
});
const addresses = (cidr: string, nics: readonly Nic[], taken = new Set<string>()) => {
  const pair = pairIn("egress", inOne(subnetOf(cidr), nics), taken);
  return pair && [pair.inner.ip, pair.outer.ip];
};
/** 192.168.125.2 to 192.168.125.N, as servers get them. */
const upTo = (last: number) =>
  Array.from({ length: last - 1 }, (_, index) => nicOf(`192.168.125.${index + 2}`));

test.each<[string, string, readonly Nic[], readonly string[] | undefined]>([
  ["an empty subnet", "192.168.125.0/24", [], ["192.168.125.251", "192.168.125.250"]],
  ["servers at the front", "192.168.125.0/24", upTo(100), ["192.168.125.251", "192.168.125.250"]],
  [
    "a server at the end",
    "192.168.125.0/24",
    [nicOf("192.168.125.251"), nicOf("192.168.125.249")],
    ["192.168.125.250", "192.168.125.248"],
  ],
  ["two free addresses", "192.168.125.0/24", upTo(249), ["192.168.125.251", "192.168.125.250"]],
  ["one free address", "192.168.125.0/24", upTo(250), undefined],
  ["a full subnet", "192.168.125.0/24", upTo(251), undefined],
  ["a larger subnet", "10.0.0.0/22", [], ["10.0.3.251", "10.0.3.250"]],
  [
    "the smallest subnet, of which two are left",
    "10.0.0.8/29",
    [nicOf("10.0.0.9")],
    ["10.0.0.11", "10.0.0.10"],
  ],
  [
    "the smallest subnet, of which one is left",
    "10.0.0.8/29",
    [nicOf("10.0.0.9"), nicOf("10.0.0.10")],
    undefined,
  ],
])("the last free addresses of %s", (_, cidr, nics, expected) => {
  expect(addresses(cidr, nics)).toEqual(expected);
});

test("the subnet's gateway is not taken, wherever it is", () => {
  const subnet = { ...subnetOf("192.168.125.0/24"), gatewayIp: "192.168.125.251" };
  expect(pairIn("egress", inOne(subnet), new Set())).toMatchObject({
    inner: { ip: "192.168.125.250" },
    outer: { ip: "192.168.125.249" },
  });
});

test("virtual IPs that are there keep their addresses, and say whose they are", () => {
  const nics = [
    vipOf("wayout-egress-outer", "192.168.125.20", ["192.168.125.4", "192.168.125.5"]),
    vipOf("wayout-egress-inner", "192.168.125.251"),
  ];
  const home = { subnetId: "net-1", subnetName: "subnet-app" };
  expect(pairIn("egress", inOne(subnetOf("192.168.125.0/24"), nics), new Set())).toEqual({
    inner: {
      ...home,
      name: "wayout-egress-inner",
      ip: "192.168.125.251",
      nicId: "nic-192.168.125.251",
      boundTo: [],
    },
    outer: {
      ...home,
      name: "wayout-egress-outer",
      ip: "192.168.125.20",
      nicId: "nic-192.168.125.20",
      boundTo: ["192.168.125.4", "192.168.125.5"],
    },
  });
});

test("of a pair that was made half, the other address is chosen beside the first", () => {
  const outer = vipOf("wayout-egress-outer", "192.168.125.251");
  expect(addresses("192.168.125.0/24", [outer])).toEqual(["192.168.125.250", "192.168.125.251"]);
});

test("a server's NIC and another gateway's virtual IP are not taken for ours by their names", () => {
  const nics = [
    nicOf("192.168.125.4", { name: "wayout-egress-inner" }),
    vipOf("wayout-egress2-inner", "192.168.125.5"),
  ];
  expect(addresses("192.168.125.0/24", nics)).toEqual(["192.168.125.251", "192.168.125.250"]);
  expect(virtualIpsOf("egress", nics, new Map())).toEqual([]);
});

test("between two networks each address is of its own subnet", () => {
  const inner = { subnet: subnetOf("10.20.1.0/24", "net-in"), nics: [nicOf("10.20.1.251")] };
  const outer = { subnet: subnetOf("192.168.126.0/24", "net-out"), nics: [] };
  expect(pairIn("egress", { inner, outer }, new Set())).toMatchObject({
    inner: { ip: "10.20.1.250", subnetId: "net-in" },
    outer: { ip: "192.168.126.251", subnetId: "net-out" },
  });
});

test("where it may become a gateway, an address is taken that the cloud does not hand out by itself, if there is one", () => {
  const pools = [{ first: "10.20.1.10", last: "10.20.1.254" }];
  const dhcp = { enabled: true, hostRoutes: [], pools, marks: [] } as const;
  const addressIn = (more: Pick<SubnetDhcp, "gatewayOf">, nics: readonly Nic[] = []) =>
    pairIn("egress", inOne({ ...subnetOf("10.20.1.0/24"), dhcp: { ...dhcp, ...more } }, nics), new Set())
      ?.inner.ip;
  const used = Array.from({ length: 9 }, (_, at) => nicOf(`10.20.1.${at + 1}`));
  expect(addressIn({ gatewayOf: "nobody" })).toBe("10.20.1.9");
  expect(addressIn({ gatewayOf: "nobody" }, used)).toBe("10.20.1.251");
  expect(addressIn({ gatewayOf: "router" })).toBe("10.20.1.251");
});

test("two gateways of one plan get four addresses", () => {
  const taken = new Set<string>();
  const subnet = subnetOf("192.168.125.0/24");
  const ips = ["east", "west"].flatMap((gateway) => {
    const pair = pairIn(gateway, inOne(subnet), taken);
    return [pair?.inner.ip, pair?.outer.ip];
  });
  expect(ips).toEqual(["192.168.125.251", "192.168.125.250", "192.168.125.249", "192.168.125.248"]);
});

test("what is taken in another VPC that has the same range is free here", () => {
  const taken = new Set<string>();
  const everyAddress = upTo(249);
  expect(pairIn("east", inOne(subnetOf("192.168.125.0/24", "net-1"), everyAddress), taken)).toBeDefined();
  expect(pairIn("west", inOne(subnetOf("192.168.125.0/24", "net-2")), taken)).toMatchObject({
    inner: { ip: "192.168.125.251" },
    outer: { ip: "192.168.125.250" },
  });
});

test("those that are there are told of a gateway that is a pair no longer, as far as they are there", () => {
  const [inner, outer] = [
    vipOf("wayout-egress-inner", "192.168.125.251"),
    vipOf("wayout-egress-outer", "192.168.125.250"),
  ];
  const names = (nics: readonly Nic[]) => virtualIpsOf("egress", nics, new Map()).map(({ name }) => name);
  expect(names([outer, inner])).toEqual(["wayout-egress-inner", "wayout-egress-outer"]);
  expect(names([outer])).toEqual(["wayout-egress-outer"]);
  expect(names([])).toEqual([]);
});

test("whatever is taken, both addresses are free, different, and no reserved ones; and none only where fewer than two are free", () => {
  const prefixes = fc.integer({ min: 24, max: 29 });
  fc.assert(
    fc.property(
      prefixes,
      fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 256 }),
      (prefix, last) => {
        const cidr = `192.168.125.0/${prefix}`;
        const range = parseRange(cidr);
        if (!range) throw new Error(cidr);
        const size = range.last - range.first + 1;
        const used = last.filter((value) => value < size).map((value) => `192.168.125.${value}`);
        const usable = Array.from({ length: size - 6 }, (_, index) => `192.168.125.${index + 2}`);
        const free = usable.filter((ip) => !used.includes(ip));
        const found = addresses(
          cidr,
          used.map((ip) => nicOf(ip)),
        );
        expect(found).toEqual(free.length < 2 ? undefined : free.slice(-2).reverse());
        for (const ip of found ?? []) expect(holds(range, ip)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

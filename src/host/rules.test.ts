import fc from "fast-check";
import { expect, test } from "vitest";
import { iptablesText } from "./iptables.ts";
import { nftablesText } from "./nftables.ts";
import { loginsIn, type OwnServices, reachableIn } from "./own-services.ts";
import { closedByDefault, fingerprint, fingerprintIn, type Rules } from "./rules.ts";

const base: Rules = {
  egressDevice: "eth0",
  egressAddress: "192.168.125.4",
  insideDevices: ["eth0"],
  ownAddresses: ["192.168.125.4"],
  served: ["192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  closed: closedByDefault,
  ofPair: false,
  ownServices: null,
};
const closed: OwnServices = { devices: ["eth0"], open: [], logins: [], sshPort: 22 };
const octet = fc.integer({ min: 0, max: 255 });
const cidrs = fc.uniqueArray(
  fc.tuple(octet, octet).map(([a, b]) => `${a}.${b}.0.0/16`),
  { minLength: 1, maxLength: 20 },
);
const shuffledOf = (list: string[]) =>
  fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length });

test("the same rules in any order and with repetitions are the same text", () => {
  const two = fc
    .tuple(cidrs, cidrs, fc.constant<string[]>(["eth0", "eth1"]))
    .chain(([served, destinations, insideDevices]) =>
      fc.tuple(
        fc.constant({ ...base, served, destinations, insideDevices }),
        fc.record({
          served: shuffledOf(served),
          destinations: shuffledOf(destinations),
          insideDevices: shuffledOf(insideDevices),
        }),
      ),
    );
  fc.assert(
    fc.property(two, ([rules, shuffled]) => {
      const other = { ...rules, ...shuffled, served: [...shuffled.served, ...shuffled.served] };
      expect(nftablesText(other)).toBe(nftablesText(rules));
      expect(iptablesText(other)).toBe(iptablesText(rules));
    }),
  );
});

test("any difference that matters has another fingerprint, which the text carries", () => {
  const others: Partial<Rules>[] = [
    { egressDevice: "eth1" },
    { egressAddress: "192.168.125.5" },
    { insideDevices: ["eth0", "eth1"] },
    { ownAddresses: ["10.0.0.1"] },
    { served: ["192.168.126.0/24"] },
    { destinations: ["1.0.0.0/8"] },
    { vpcCidrs: ["10.0.0.0/8"] },
    { closed: [] },
    { ofPair: true },
    { ownServices: closed },
    { ownServices: { ...closed, devices: ["eth1"] } },
    { ownServices: { ...closed, open: [{ protocol: 6, ports: null, from: ["192.168.125.0/24"] }] } },
    { ownServices: { ...closed, logins: ["192.168.125.9"] } },
    { ownServices: { ...closed, logins: ["192.168.125.9"], sshPort: 2222 } },
  ];
  const all = [base, ...others.map((other) => ({ ...base, ...other }))];
  expect(new Set(all.map(fingerprint)).size).toBe(all.length);
  for (const rules of all) {
    expect(fingerprintIn(nftablesText(rules))).toBe(fingerprint(rules));
    expect(fingerprintIn(iptablesText(rules))).toBe(fingerprint(rules));
  }
});

const unmarked = (text: string): string => text.replaceAll(/wayout:[0-9a-f]{12}/g, "wayout:FINGERPRINT");

/** The rules of one chain of nftables, or of iptables, in their order. */
const nft = (rules: Rules, chain: string): string[] =>
  (new RegExp(`chain ${chain} \\{\\n([\\s\\S]*?)\\n\\t\\}`).exec(unmarked(nftablesText(rules)))?.[1] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const iptables = (rules: Rules, chain: string): string[] =>
  unmarked(iptablesText(rules))
    .split("\n")
    .filter((line) => line.startsWith(`-A WAYOUT-${chain} `))
    .map((line) => line.slice(`-A WAYOUT-${chain} `.length));

const two: Rules = { ...base, egressDevice: "eth1", insideDevices: ["eth0"] };
const narrow: Rules = { ...base, destinations: ["198.51.100.0/24"] };
const pair: Rules = { ...base, ofPair: true, egressAddress: "192.168.125.250" };
const pairOfTwo: Rules = { ...pair, egressDevice: "eth1" };
const ssh: OwnServices = {
  devices: ["eth0"],
  open: [
    { protocol: 1, ports: { first: 8, last: 8 }, from: ["192.168.125.0/24"] },
    { protocol: 6, ports: { first: 22, last: 22 }, from: ["192.168.125.0/25", "192.168.125.128/25"] },
    { protocol: 17, ports: { first: 500, last: 510 }, from: ["192.168.125.7/32"] },
    { protocol: 47, ports: null, from: ["192.168.125.7/32"] },
    { protocol: null, ports: null, from: ["192.168.125.8/32"] },
  ],
  logins: ["192.168.125.9"],
  sshPort: 2222,
};

test.each<[string, Rules]>([
  ["of one proxy", base],
  ["of one proxy between two networks", two],
  ["to narrower destinations", narrow],
  ["of a pair", pair],
  ["of a pair between two networks", pairOfTwo],
])("%s, no packet passes for being of a known connection", (_, rules) => {
  const chains = ["forward", "passing", "known"].map((chain) => [chain, nft(rules, chain)]);
  expect(Object.fromEntries(chains)).toMatchSnapshot("nftables");
  const others = ["FORWARD", "LEAVING", "SERVED"].map((chain) => [chain, iptables(rules, chain)]);
  const known = iptablesText(rules)
    .split("\n")
    .filter((line) => line.includes("-A WAYOUT-KNOWN "));
  expect({ ...Object.fromEntries(others), KNOWN: known }).toMatchSnapshot("iptables");
  expect(nftablesText(rules)).not.toContain("established");
  expect(iptablesText(rules)).not.toContain("ESTABLISHED");
});

test("of the host's own services, what is open passes and all else that is new is dropped", () => {
  const rules = { ...base, ownServices: ssh };
  const chains = ["before_dnat", "input", "own_services"].map((chain) => [chain, nft(rules, chain)]);
  expect(Object.fromEntries(chains)).toMatchSnapshot("nftables");
  const others = ["BEGINS", "SERVICES"].map((chain) => [chain, iptables(rules, chain)]);
  expect(Object.fromEntries(others)).toMatchSnapshot("iptables");
  expect(nftablesText(rules)).toContain(
    "# Reachable on this host for served sources: everything from 192.168.125.8/32; icmp echo from 192.168.125.0/24; tcp 22 from 192.168.125.0/24; udp 500-510 from 192.168.125.7/32; protocol 47 from 192.168.125.7/32\n",
  );
  for (const text of [nftablesText(rules), iptablesText(rules)]) {
    expect(loginsIn(text)).toEqual(["192.168.125.9"]);
    expect(reachableIn(text)).toContain("tcp 22");
  }
});

test("where every protocol is open to every served source, nothing is judged on the way in", () => {
  const open = [{ protocol: null, ports: null, from: ["192.168.0.0/16"] }];
  const rules = { ...base, ownServices: { ...ssh, open } };
  expect(nftablesText(rules)).toBe(nftablesText(base));
  expect(iptablesText(rules)).toBe(iptablesText(base));
});

test("of a pair, what leaves is translated to the virtual IP, which is among the host's own addresses, once", () => {
  const rules = {
    ...base,
    ofPair: true,
    egressAddress: "192.168.125.250",
    ownAddresses: ["192.168.125.4", "192.168.125.250"],
  };
  expect(nftablesText(rules)).toMatch(/snat to 192\.168\.125\.250$/m);
  expect(nftablesText({ ...rules, ofPair: false })).toContain("snat to 192.168.125.250 fully-random");
  expect(iptablesText(rules)).toMatch(/^random=$/m);
  expect(nftablesText(rules)).toContain("elements = { 192.168.125.250, 192.168.125.4 }");
});

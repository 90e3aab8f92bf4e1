import fc from "fast-check";
import { expect, test } from "vitest";
import { iptablesText } from "./iptables.ts";
import { nftablesText } from "./nftables.ts";
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
  closeOwnServices: false,
  sshPort: 22,
};
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
    { closeOwnServices: true },
    { closeOwnServices: true, sshPort: 2222 },
  ];
  const all = [base, ...others.map((other) => ({ ...base, ...other }))];
  expect(new Set(all.map(fingerprint)).size).toBe(all.length);
  for (const rules of all) {
    expect(fingerprintIn(nftablesText(rules))).toBe(fingerprint(rules));
    expect(fingerprintIn(iptablesText(rules))).toBe(fingerprint(rules));
  }
});

test("nftables drops what is not declared before it can leave, in this order", () => {
  const leaving = /chain leaving \{\n([\s\S]*?)\n\t\}/
    .exec(nftablesText(base))?.[1]
    ?.split("\n")
    .map((line) => line.trim());
  expect(leaving).toEqual([
    "ip daddr @vpc return",
    "ct state invalid counter drop",
    "ip saddr @served tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
    "ct state established,related accept",
    "ip daddr @closed counter drop",
    "ip saddr @served accept",
    `counter drop comment "wayout:${fingerprint(base)}"`,
  ]);
});

test("of a pair, what is in the middle of an unknown connection is reset toward the client, before it could leave", () => {
  const chain = (rules: Rules) =>
    /chain leaving \{\n([\s\S]*?)\n\t\}/
      .exec(nftablesText(rules))?.[1]
      ?.split("\n")
      .map((line) => line.trim()) ?? [];
  const pair = { ...base, ofPair: true };
  const added = chain(pair).filter((line) => line.includes("reject"));
  expect(added).toEqual([
    "ip saddr @served ct state new tcp flags & (fin | syn | rst | ack) != syn tcp flags & rst == 0 counter reject with tcp reset",
  ]);
  const [reset = ""] = added;
  expect(chain(pair).indexOf(reset)).toBe(chain(pair).indexOf("ct state established,related accept") + 1);
  expect(chain(pair).length).toBe(chain(base).length + 1);
  expect(fingerprint(pair)).not.toBe(fingerprint(base));
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

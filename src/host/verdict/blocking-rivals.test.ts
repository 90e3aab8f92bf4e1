import { expect, test } from "vitest";
import { parseIptablesSave } from "../probe/iptables-save.ts";
import { findRivals } from "../probe/rivals.ts";
import { blockingRivals } from "./blocking-rivals.ts";

const egress = { device: "eth0", address: "10.30.9.4" };
const passage = { egress, insideDevices: ["eth0"], ownAddresses: ["10.30.9.4"] };
const service = { served: ["10.30.1.0/24", "10.30.2.0/24"], destinations: ["0.0.0.0/0"] };

function blockedByNft(family: string, ...rules: string[]) {
  const text = `table ${family} mine {
	chain forward {
		type filter hook forward priority filter; policy accept;
		${rules.join("\n\t\t")}
	}
}`;
  const nftTables = [{ family, name: "mine", lines: text.split("\n") }];
  return blockingRivals(findRivals({ services: [], iptables: [], nftTables }), "nftables", passage, service);
}

function blockedByIptables(...rules: string[]) {
  const chains = [":FORWARD ACCEPT [0:0]", ":DOCKER-USER - [0:0]"];
  const lines = ["*filter", ...chains, ...rules.map((rule) => `-A ${rule}`), "COMMIT"];
  const iptables = [
    { backend: "iptables-legacy", filter: parseIptablesSave(lines)[0], text: lines.join("\n") } as const,
  ];
  return blockingRivals(findRivals({ services: [], iptables, nftTables: [] }), "nftables", passage, service);
}

test.each([
  ["ip saddr 10.30.1.0/24 drop"],
  ["ip saddr { 10.30.1.0/24, 10.40.0.0/16 } counter reject"],
  ['iifname "eth0" oifname "eth0" log prefix "no way out: " drop'],
  ["ip daddr 10.30.2.0/24 ct state established drop"],
  ["ip saddr 10.30.0.0/16 ip daddr != 10.0.0.0/8 drop"],
])("an nft rule that drops the traffic of a served subnet blocks by its words: %s", (rule) => {
  expect(blockedByNft("inet", rule)).toMatchObject([
    {
      name: "nftables",
      evidence: `nft table inet mine, chain forward: ${rule}`,
      fix: expect.stringContaining("nft insert rule inet mine forward ct state"),
    },
  ]);
});

test.each([
  ["inet", "ip saddr 10.40.0.0/16 drop"],
  ["inet", "ip saddr 10.30.1.7 drop"],
  ["inet", "ip saddr 10.30.1.7-10.30.1.20 drop"],
  ["inet", "ip saddr 10.30.1.0/24 tcp dport 25 drop"],
  ["inet", "ip saddr 10.30.1.0/24 ip daddr 9.9.9.9 drop"],
  ["inet", "ip saddr 10.30.1.0/24 limit rate over 100/second drop"],
  ["inet", "ip saddr . ip daddr @pairs drop"],
  ["inet", "ip saddr @unknown drop"],
  ["inet", "meta nfproto ipv6 drop"],
  ["inet", "ct state invalid drop"],
  ["inet", 'iifname "wg0" drop'],
  ["ip6", "drop"],
  ["bridge", "drop"],
])("an nft rule about something else, or about a part, does not: table %s, %s", (family, rule) => {
  expect(blockedByNft(family, rule)).toEqual([]);
});

test.each([
  ["FORWARD -s 10.30.1.0/24 -j DROP", "iptables", "iptables-legacy -I FORWARD"],
  ["FORWARD -j REJECT --reject-with icmp-host-prohibited", "docker", "iptables-legacy -I DOCKER-USER"],
])("an iptables rule is named with its words, and is got past where it stands: %s", (rule, name, fix) => {
  expect(blockedByIptables(rule)).toMatchObject([
    { name, evidence: `iptables-legacy: -A ${rule}`, fix: expect.stringContaining(fix) },
  ]);
});

test.each([
  ["FORWARD -s 10.40.0.0/16 -j DROP"],
  ["FORWARD -s 10.30.1.0/24 -p tcp -m tcp --dport 25 -j REJECT"],
  ["FORWARD -m set --match-set bad src -j DROP"],
  ["FORWARD -s 10.30.1.0/24 -m limit --limit 5/sec -j DROP"],
  ["FORWARD ! -i docker0 -o docker0 -j DROP"],
  ["FORWARD -s 10.30.1.0/24 -m mark --mark 0x1 -j DROP"],
])("an iptables rule about something else, or about a part, does not block: %s", (rule) => {
  expect(blockedByIptables(rule)).toEqual([]);
});

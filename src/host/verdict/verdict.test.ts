import { expect, test } from "vitest";
import { parseRange, type Range } from "../../spec/addresses.ts";
import { iptablesDrops } from "./iptables.ts";
import { nftablesDrops } from "./nftables.ts";
import type { Drop, Packet } from "./packet.ts";

const range = (cidr: string): Range => {
  const found = parseRange(cidr);
  if (!found) throw new Error(cidr);
  return found;
};
const out: Packet = {
  from: "eth0",
  to: "eth0",
  source: range("192.168.125.0/24"),
  destination: range("9.9.9.9/32"),
  state: "new",
};
const back: Packet = { ...out, source: out.destination, destination: out.source, state: "established" };

const verdict = (drop: Drop | undefined) => (drop ? "drop" : "accept");

const iptables = (policy: string, ...rules: string[]) =>
  ["*filter", `:FORWARD ${policy} [0:0]`, ":MINE - [0:0]", ...rules, "COMMIT"].join("\n");

test.each<[string, "accept" | "drop", "accept" | "drop"]>([
  [iptables("ACCEPT"), "accept", "accept"],
  [iptables("DROP"), "drop", "drop"],
  [iptables("DROP", "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"), "drop", "accept"],
  [iptables("DROP", "-A FORWARD -s 192.168.0.0/16 -i eth0 -o eth0 -j ACCEPT"), "accept", "drop"],
  [iptables("DROP", "-A FORWARD -s 192.168.125.0/25 -j ACCEPT"), "drop", "drop"],
  [iptables("DROP", "-A FORWARD -s 192.168.0.0/16 -p tcp -m tcp --dport 443 -j ACCEPT"), "drop", "drop"],
  [iptables("ACCEPT", "-A FORWARD -p tcp -m tcp --dport 25 -j DROP"), "accept", "accept"],
  [
    iptables(
      "ACCEPT",
      '-A FORWARD -m comment --comment "no, \\"thanks\\" -j" -j REJECT --reject-with icmp-host-prohibited',
    ),
    "drop",
    "drop",
  ],
  [
    iptables(
      "ACCEPT",
      "-A FORWARD ! -i docker0 -o eth0 -j MINE",
      "-A MINE -s 10.0.0.0/8 -j RETURN",
      "-A MINE -j DROP",
    ),
    "drop",
    "drop",
  ],
  [
    iptables("DROP", "-A FORWARD -g MINE", "-A FORWARD -j ACCEPT", "-A MINE -s 10.0.0.0/8 -j ACCEPT"),
    "drop",
    "drop",
  ],
  [
    iptables(
      "ACCEPT",
      "-A FORWARD -i eth+ -j MINE",
      "-A MINE ! -s 192.168.0.0/16 -j RETURN",
      "-A MINE -j DROP",
    ),
    "drop",
    "accept",
  ],
])("iptables %s", (text, outwards, replies) => {
  expect([verdict(iptablesDrops(text)(out)), verdict(iptablesDrops(text)(back))]).toEqual([
    outwards,
    replies,
  ]);
});

const nft = (policy: string, ...rules: string[]) => `table inet mine {
	set good {
		type ipv4_addr
		flags interval
		elements = { 10.0.0.0/8, 192.168.0.0/16,
			     172.16.0.0/12 }
	}

	chain extra {
		ip saddr @good accept
	}

	chain through {
		type filter hook forward priority filter; policy ${policy};
		${rules.join("\n\t\t")}
	}
}`;

test.each<[string, "accept" | "drop", "accept" | "drop"]>([
  [nft("accept"), "accept", "accept"],
  [nft("drop"), "drop", "drop"],
  [nft("drop", "ct state established,related accept", "jump extra"), "accept", "accept"],
  [nft("drop", "ct state { established, related } accept"), "drop", "accept"],
  [
    nft(
      "drop",
      "ct state vmap { established : accept, related : accept, invalid : drop }",
      "ip saddr 192.168.0.0/16 counter packets 4 bytes 9 accept",
    ),
    "accept",
    "accept",
  ],
  [
    nft("accept", 'iifname { "eth0", "eth1" } oifname "eth*" reject with icmpx admin-prohibited'),
    "drop",
    "drop",
  ],
  [nft("accept", "tcp dport 25 drop"), "accept", "accept"],
  [nft("accept", "ip saddr != @good drop"), "accept", "drop"],
  [nft("accept", 'ip saddr 192.168.125.0/24 counter log prefix "accept " level info drop'), "drop", "accept"],
  [nft("accept", "ip saddr 192.168.125.0/25 drop", "fib saddr . iif oif missing drop"), "accept", "accept"],
  [nft("drop", "meta mark 0x1 accept", 'iifname "lo" accept'), "drop", "drop"],
])("nftables %s", (text, outwards, replies) => {
  expect([verdict(nftablesDrops(text)(out)), verdict(nftablesDrops(text)(back))]).toEqual([
    outwards,
    replies,
  ]);
});

/**
 * Stateful filtering without connection tracking, for bridges of a kernel without nf_conntrack_bridge: what was let
 * through once leaves an entry per NIC, and the entry lets the other direction through. A key is always
 * NIC . remote address . local address . remote port . local port, so both directions share one entry.
 * Pure text: these chains are the same for every router.
 */
import type { NftChain, NftSet } from "./nft-table.ts";

/** OTC forgets established TCP connections in security groups after 600 s of silence (VPC guide, security groups). */
const idle = "600s";
const pingIdle = "60s";
/** What stays of a connection after FIN or RST. */
const closing = "30s";

interface Direction {
  /** Which NIC the packet is on: it came in from it, or leaves towards it. */
  readonly nic: "iif" | "oif";
  readonly remote: string;
  readonly local: string;
  readonly remotePort: string;
  readonly localPort: string;
  /** A reply in this direction answers a request of the other. */
  readonly requests: string;
  readonly answers: string;
}

const fromNic: Direction = {
  nic: "iif",
  remote: "ip daddr",
  local: "ip saddr",
  remotePort: "th dport",
  localPort: "th sport",
  requests: "pings_by_nic",
  answers: "pings_to_nic",
};
const toNic: Direction = {
  nic: "oif",
  remote: "ip saddr",
  local: "ip daddr",
  remotePort: "th sport",
  localPort: "th dport",
  requests: "pings_to_nic",
  answers: "pings_by_nic",
};

/** Filled by rules, so a change of the rules leaves them as they are. At most five parts: nft 1.0.6 garbles six. */
export function flowSets(): [string, NftSet][] {
  const ports = "type iface_index . ipv4_addr . ipv4_addr . inet_service . inet_service;";
  const set = (type: string, timeout: string, size: number): NftSet => ({
    kind: "set",
    declaration: `${type} flags dynamic,timeout; timeout ${timeout}; size ${size};`,
    elements: new Map(),
  });
  return [
    ["tcp_flows", set(ports, idle, 1_048_576)],
    ["tcp_closing", set(ports, closing, 262_144)],
    ["udp_flows", set(ports, idle, 262_144)],
    ["pings_by_nic", set("typeof iif . ip saddr . ip daddr . icmp id;", pingIdle, 65_536)],
    ["pings_to_nic", set("typeof iif . ip saddr . ip daddr . icmp id;", pingIdle, 65_536)],
    ["other_flows", set("type iface_index . ipv4_addr . ipv4_addr . inet_proto;", idle, 65_536)],
  ];
}

export function flowChains(): [string, NftChain][] {
  return [
    ["known_tcp_from_nic", { rules: knownTcp(fromNic) }],
    ["known_tcp_to_nic", { rules: knownTcp(toNic) }],
    ["known_from_nic", { rules: known(fromNic, "known_tcp_from_nic") }],
    ["known_to_nic", { rules: known(toNic, "known_tcp_to_nic") }],
    ["allow_from_nic", { rules: allow(fromNic) }],
    ["allow_to_nic", { rules: allow(toNic) }],
  ];
}

function keys({ nic, remote, local, remotePort, localPort }: Direction) {
  const addresses = `${nic} . ${remote} . ${local}`;
  return {
    ports: `${addresses} . ${remotePort} . ${localPort}`,
    ping: `${addresses} . icmp id`,
    other: `${addresses} . ip protocol`,
  };
}

/** Lets pass what belongs to something that was allowed before; the rest returns. */
function known(direction: Direction, tcp: string): string[] {
  const key = keys(direction);
  return [
    // Later fragments carry no ports. The first one was judged, and without it they are worth nothing.
    "ip frag-off & 0x1fff != 0 accept",
    // Errors about a flow: without them path MTU discovery breaks.
    "icmp type { destination-unreachable, time-exceeded, parameter-problem } accept",
    `meta l4proto tcp ${key.ports} @tcp_flows goto ${tcp}`,
    `meta l4proto udp ${key.ports} @udp_flows update @udp_flows { ${key.ports} } accept`,
    `icmp type echo-reply ${key.ping} @${direction.answers} accept`,
    `meta l4proto != { tcp, udp, icmp } ${key.other} @other_flows update @other_flows { ${key.other} } accept`,
  ];
}

/**
 * A closed connection is forgotten soon, so that many short ones do not fill the set; what still carries payload after
 * a FIN (the other half of the connection) lives on.
 */
function knownTcp(direction: Direction): string[] {
  const { ports } = keys(direction);
  return [
    `tcp flags & (fin | rst) != 0 update @tcp_closing { ${ports} }`,
    `tcp flags & (fin | rst) != 0 update @tcp_flows { ${ports} timeout ${closing} } accept`,
    `tcp flags & syn != 0 delete @tcp_closing { ${ports} }`,
    `ip length < 100 ${ports} @tcp_closing accept`,
    `update @tcp_flows { ${ports} } accept`,
  ];
}

/** What a rule of a security group allows: remembered and passed. A full set costs the replies, not the packet. */
function allow(direction: Direction): string[] {
  const key = keys(direction);
  return [
    `meta l4proto tcp update @tcp_flows { ${key.ports} } accept`,
    `meta l4proto udp update @udp_flows { ${key.ports} } accept`,
    `icmp type echo-request update @${direction.requests} { ${key.ping} } accept`,
    `meta l4proto != { tcp, udp, icmp } update @other_flows { ${key.other} } accept`,
    "accept",
  ];
}

import type { LabSecurityGroupRule } from "../state.ts";
import { checkedRange } from "./links.ts";

/** Protocol names that Neutron knows (neutron-lib constants IP_PROTOCOL_MAP), IPv4 only. */
const protocolNumbers: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  icmp: 1,
  igmp: 2,
  ipip: 4,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};
const withPorts = new Set([6, 17, 33, 132, 136]);

/** One rule of a security group as an nft rule; undefined where it can never match here (IPv6, unknown protocol). */
export function ruleText(
  rule: LabSecurityGroupRule,
  members: (groupId: string) => string,
): string | undefined {
  if (rule.ethertype !== "IPv4") return undefined;
  const protocol = protocolText(rule);
  if (protocol === undefined) return undefined;
  const remote = remoteText(rule, members);
  const verdict = rule.direction === "ingress" ? "goto allow_to_nic" : "goto allow_from_nic";
  const match = [remote, protocol].filter((text) => text !== "").join(" ");
  return `${match === "" ? "ether type ip" : match} ${verdict}`;
}

function remoteText(rule: LabSecurityGroupRule, members: (groupId: string) => string): string {
  const side = rule.direction === "ingress" ? "ip saddr" : "ip daddr";
  if (rule.remoteGroupId !== null) return `${side} ${members(rule.remoteGroupId)}`;
  if (rule.remoteCidr === null) return "";
  const { cidr, prefix } = checkedRange(rule.remoteCidr);
  return prefix === 0 ? "" : `${side} ${cidr}`;
}

function protocolText({ protocol, portMin, portMax }: LabSecurityGroupRule): string | undefined {
  if (protocol === null) return "";
  const number = /^\d{1,3}$/.test(protocol) ? Number(protocol) : protocolNumbers[protocol.toLowerCase()];
  if (number === undefined || number > 255) return undefined;
  if (number === 1) return icmpText(portMin, portMax);
  const first = portMin ?? portMax;
  const last = portMax ?? portMin;
  if (!withPorts.has(number) || first === null) return `meta l4proto ${number}`;
  return `meta l4proto ${number} th dport ${first === last ? first : `${first}-${last}`}`;
}

/** For ICMP the port fields are type and code (Neutron API, security group rules). */
function icmpText(type: number | null, code: number | null): string {
  if (type === null) return "meta l4proto 1";
  return code === null ? `icmp type ${type}` : `icmp type ${type} icmp code ${code}`;
}

import { isAddress, isIpv6, parseRange } from "../../../spec/addresses.ts";
import type { LabSecurityGroupRule, LabState } from "../../state.ts";
import { found, Refused } from "./refused.ts";

const namedProtocols = new Set(["tcp", "udp", "icmp", "icmpv6", "sctp", "vrrp", "esp", "ah", "gre"]);
const withPorts = new Set(["tcp", "udp", "sctp", "6", "17", "132"]);
const withTypes = new Set(["icmp", "icmpv6", "1", "58"]);

/** The rule in its kept form, or a refusal that says which field is wrong (Neutron, "Create security group rule"). */
export function requireRule(state: LabState, rule: LabSecurityGroupRule): LabSecurityGroupRule {
  const protocol = requireProtocol(rule.protocol);
  requirePorts(protocol, rule.portMin, rule.portMax);
  if (rule.remoteCidr !== null && rule.remoteGroupId !== null) {
    refuse("Only remote_ip_prefix or remote_group_id may be provided.");
  }
  if (rule.remoteGroupId !== null) found(state.securityGroups, "security-group", rule.remoteGroupId);
  return { ...rule, protocol, remoteCidr: requireRemote(rule.remoteCidr, rule.ethertype) };
}

function requireProtocol(protocol: string | null): string | null {
  if (protocol === null || protocol === "" || protocol === "any" || protocol === "-1") return null;
  const name = protocol.toLowerCase();
  const number = /^\d{1,3}$/.test(name) && Number(name) <= 255;
  if (!number && !namedProtocols.has(name)) refuse(`Security group rule protocol ${protocol} not supported.`);
  return name;
}

function requirePorts(protocol: string | null, min: number | null, max: number | null): void {
  if (min === null && max === null) return;
  if (protocol === null) refuse("Must also specify protocol if port range is given.");
  else if (withTypes.has(protocol)) {
    if (min === null)
      refuse("ICMP code (port-range-max) is given but ICMP type (port-range-min) is missing.");
    for (const value of [min, max])
      if (value !== null && (value < 0 || value > 255)) refuse("Invalid ICMP type or code.");
  } else {
    if (!withPorts.has(protocol)) refuse(`Invalid port range for protocol ${protocol}.`);
    if (min === null || max === null || min < 1 || max > 65_535 || min > max) {
      refuse("For TCP/UDP protocols, port_range_min must be <= port_range_max");
    }
  }
}

function requireRemote(cidr: string | null, ethertype: "IPv4" | "IPv6"): string | null {
  if (cidr === null) return null;
  if (ethertype === "IPv6") {
    if (!isIpv6(cidr)) refuse(`Conflicting value ethertype IPv6 for CIDR ${cidr}`);
    return cidr;
  }
  const range = parseRange(isAddress(cidr) ? `${cidr}/32` : cidr);
  if (!range) refuse(`Invalid input for remote_ip_prefix: '${cidr}' is not a valid IP subnet.`);
  return range.cidr;
}

function refuse(message: string): never {
  throw new Refused("security-group-rule", "invalid", message);
}

/**
 * State -> what is enforced at every NIC of a VPC, on the router's side of its cable: source/destination check
 * (addresses, MACs, ARP) and security groups. Pure. The work per packet does not grow with the number of NICs.
 */

import { rangeOf, toAddress } from "../../spec/addresses.ts";
import type { LabSecurityGroup, LabState, LabSubnet } from "../state.ts";
import { disjoint } from "./disjoint.ts";
import { flowChains, flowSets } from "./flow-tracking.ts";
import { checkedAddress, checkedMac, checkedRange, type Nic } from "./links.ts";
import { nicPort, shortId } from "./names.ts";
import type { NftChain, NftSet, NftTable } from "./nft-table.ts";
import { ruleText } from "./security-rule.ts";

/** `nics`: those of the VPC's subnets. Frames of ports that are not listed are dropped. */
export function securityTable(
  state: LabState,
  subnets: ReadonlyMap<string, LabSubnet>,
  nics: readonly Nic[],
): NftTable {
  const used = new Set(nics.flatMap((nic) => nic.port.securityGroupIds));
  const groups = [...state.securityGroups.values()].filter((group) => used.has(group.id));
  const known = new Set(groups.map((group) => group.id));
  const remote = new Set(
    groups.flatMap((group) => group.rules.map((rule) => rule.remoteGroupId)).filter((id) => id !== null),
  );
  return {
    family: "bridge",
    name: "lab",
    sets: new Map<string, NftSet>([
      ...flowSets(),
      ...[...remote].map((id): [string, NftSet] => [membersName(id), membersSet(state, subnets, id)]),
      ["nic_sends", jumpMap(nics, "from")],
      ["nic_receives", jumpMap(nics, "to")],
    ]),
    chains: new Map<string, NftChain>([
      ...flowChains(),
      ...groups.flatMap(groupChains),
      ...nics.flatMap((nic) => nicChains(nic, known)),
      ["prerouting", baseChain("prerouting", "iifname vmap @nic_sends")],
      ["postrouting", baseChain("postrouting", "oifname vmap @nic_receives")],
    ]),
  };
}

function baseChain(hook: string, rule: string): NftChain {
  return { hook: `type filter hook ${hook} priority filter; policy drop;`, rules: [rule] };
}

function jumpMap(nics: readonly Nic[], direction: "from" | "to"): NftSet {
  return {
    kind: "map",
    declaration: "type ifname : verdict;",
    elements: new Map(
      nics.map(({ port }) => [port.id, `"${nicPort(port)}" : goto ${direction}_${nicPort(port)}`]),
    ),
  };
}

/** An address that a NIC may use, and with which MAC. */
interface Claim {
  readonly mac: string;
  readonly cidr: string;
  readonly prefix: number;
}

/** A NIC's own address and its allowed pairs; a pair of prefix length 0 is every address. */
function claimsOf({ port }: Nic): Claim[] {
  return [
    { mac: checkedMac(port.mac), ...checkedRange(checkedAddress(port.ip)) },
    ...port.addressPairs.map((pair) => ({
      mac: checkedMac(pair.mac_address ?? port.mac),
      ...checkedRange(pair.ip_address),
    })),
  ];
}

function nicChains(nic: Nic, groups: ReadonlySet<string>): [string, NftChain][] {
  const name = nicPort(nic.port);
  if (!nic.port.portSecurity) {
    return [
      [`from_${name}`, { rules: ["accept"] }],
      [`to_${name}`, { rules: ["accept"] }],
    ];
  }
  const own = nic.port.securityGroupIds.filter((id) => groups.has(id));
  const judge = (direction: "from" | "to", kind: string) => [
    `jump known_${direction}_nic`,
    ...own.map((id) => `jump ${kind}_${shortId(id)}`),
    "drop",
  ];
  const claims = claimsOf(nic);
  return [
    [`judge_from_${name}`, { rules: judge("from", "egress") }],
    [`judge_to_${name}`, { rules: judge("to", "ingress") }],
    [`from_${name}`, { rules: claims.flatMap((claim) => sending(claim, name)) }],
    [`to_${name}`, { rules: receiving(claims, nic.subnet, name) }],
  ];
}

/** ARP probes (RFC 5227) have 0.0.0.0 as their sender. */
function sending({ mac, cidr, prefix }: Claim, name: string): string[] {
  const arp = `ether saddr ${mac} arp saddr ether ${mac}`;
  return prefix === 0
    ? [`ether saddr ${mac} ether type ip goto judge_from_${name}`, `${arp} accept`]
    : [
        `ether saddr ${mac} ip saddr ${cidr} goto judge_from_${name}`,
        `${arp} arp saddr ip { ${cidr}, 0.0.0.0 } accept`,
      ];
}

/** Multicast and broadcast are for everybody; the security groups still judge them. */
function receiving(claims: readonly Claim[], subnet: LabSubnet, name: string): string[] {
  const broadcast = toAddress(rangeOf(subnet.cidr).last);
  const own = disjoint([...claims.map((claim) => claim.cidr), broadcast, "224.0.0.0/4", "255.255.255.255"]);
  return [
    "ether type arp accept",
    claims.some((claim) => claim.prefix === 0)
      ? `ether type ip goto judge_to_${name}`
      : `ip daddr { ${own.join(", ")} } goto judge_to_${name}`,
  ];
}

function groupChains(group: LabSecurityGroup): [string, NftChain][] {
  const rules = (direction: "ingress" | "egress") =>
    group.rules
      .filter((rule) => rule.direction === direction)
      .flatMap((rule) => ruleText(rule, (id) => `@${membersName(id)}`) ?? []);
  return [
    [`egress_${shortId(group.id)}`, { rules: rules("egress") }],
    [`ingress_${shortId(group.id)}`, { rules: rules("ingress") }],
  ];
}

function membersName(groupId: string): string {
  return `members_${shortId(groupId)}`;
}

/** What "from this group" means: the members' addresses and their allowed pairs, so a /0 pair of one is everybody. */
function membersSet(state: LabState, subnets: ReadonlyMap<string, LabSubnet>, groupId: string): NftSet {
  const members = [...state.ports.values()].filter(
    (port) => subnets.has(port.subnetId) && port.securityGroupIds.includes(groupId),
  );
  const ranges = disjoint(
    members.flatMap((port) => [port.ip, ...port.addressPairs.map((pair) => pair.ip_address)]),
  );
  return {
    kind: "set",
    declaration: "type ipv4_addr; flags interval;",
    elements: new Map(ranges.map((range) => [range, range])),
    ranges: true,
  };
}

/** What the served subnets may reach on a proxy itself: what its security groups let in before Wayout. Pure. */
import type { Nic, SecurityGroupRule } from "../cloud/cloud.ts";
import { canonicalServices, isAllOpen, type OpenService, protocols } from "../host/own-services.ts";
import type { ReachableServices } from "../host/wanted-rules.ts";
import { contains, parseRange } from "../spec/addresses.ts";
import { copiedFrom } from "./cloud/security-group/rules.ts";
import { type Gateway, ownMark, type ProxyServer } from "./gateway.ts";

/** For host/source-nat; undefined where everything stays reachable. `from` are the sources that rules are for. */
export function ownServicesOf(
  gateway: Gateway,
  proxy: ProxyServer,
  from: readonly string[],
): (ReachableServices & { readonly mac: string }) | undefined {
  const { spec, proxies } = gateway;
  const { nic } = proxy;
  if (spec.ownServices === "open") return undefined;
  const closed = spec.ownServices === "closed";
  const open = canonicalServices(reachable(gateway, proxy, from));
  if (!closed && isAllOpen(open, from)) return undefined;
  const peers = proxies.filter((one) => one !== proxy).map((one) => one.nic.ip);
  return {
    mac: nic.mac,
    open,
    ...(closed ? { closed: true as const } : {}),
    ...(peers.length > 0 ? { peers } : {}),
  };
}

/**
 * Security groups of the NIC as they are now, without what Wayout added. Once the NIC is in the gateway's own group, that
 * has a copy of their rules; a rule that is added to it later counts too.
 */
function reachable(gateway: Gateway, proxy: ProxyServer, from: readonly string[]): readonly OpenService[] {
  const { nic } = proxy;
  const off = gateway.spec.sourceDestinationCheck === "port-security-off";
  if (nic.portSecurity === false || off) return [{ protocol: null, ports: null, from }];
  const groups = gateway.securityGroups.filter((group) => nic.securityGroupIds.includes(group.id));
  return groups.flatMap(({ rules }) =>
    rules
      .filter(({ direction, ethertype }) => direction === "ingress" && ethertype === "IPv4")
      .filter(({ description }) => description !== ownMark(gateway.name))
      .flatMap((rule) => {
        const what = kindOf(rule);
        return what ? [{ ...what, from: common(sourcesOf(rule, gateway, proxy), from) }] : [];
      }),
  );
}

function sourcesOf(
  { remoteCidr, remoteGroupId }: SecurityGroupRule,
  gateway: Gateway,
  proxy: ProxyServer,
): readonly string[] {
  const { proxies } = gateway;
  if (remoteCidr !== null) return [remoteCidr];
  if (remoteGroupId === null) return ["0.0.0.0/0"];
  // The proxies of a pair leave the groups that they shared, and count as members all the same.
  const others = proxies.filter((one) => one !== proxy).map(({ nic }) => `${nic.ip}/32`);
  const own = new Set(proxies.flatMap(({ nics, outside }) => [...nics, outside].map(({ id }) => id)));
  const members = membersOf(remoteGroupId, gateway);
  return [...others, ...members.filter(({ id }) => !own.has(id)).flatMap(addressesOf)];
}

/** With the proxies of any gateway that have left it for a group of their own, and come back to it with undo. */
function membersOf(groupId: string, { securityGroups, groupMembers }: Gateway): readonly Nic[] {
  const name = securityGroups.find(({ id }) => id === groupId)?.name;
  const heirs = securityGroups.filter(
    ({ description, rules }) =>
      description.startsWith(ownMark("")) &&
      rules.some((rule) => rule.description === copiedFrom(name ?? "")),
  );
  // What their NICs may use besides is Wayout's doing, and is every address.
  const left = heirs
    .flatMap(({ id }) => groupMembers.get(id) ?? [])
    .map((nic) => ({ ...nic, addressPairs: [] }));
  return [...(groupMembers.get(groupId) ?? []), ...left];
}

/** A group's rule is for its members' addresses and for what their NICs may use besides. */
function addressesOf({ ip, addressPairs }: Nic): readonly string[] {
  return [ip, ...addressPairs.map((pair) => pair.ip_address)].map((one) =>
    one.includes("/") ? one : `${one}/32`,
  );
}

/** Two ranges overlap only where one is inside the other. */
function common(some: readonly string[], others: readonly string[]): readonly string[] {
  const ranges = others.flatMap((one) => parseRange(one) ?? []);
  return some.flatMap((text) => {
    const one = parseRange(text);
    if (!one) return [];
    return ranges.flatMap((other) => {
      if (contains(other, one)) return [one.cidr];
      return contains(one, other) ? [other.cidr] : [];
    });
  });
}

/** By IANA's registry of protocol numbers: the names that Neutron takes. */
const numbers: Readonly<Record<string, number>> = {
  ...protocols,
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  igmp: 2,
  ipip: 4,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  udplite: 136,
};

/** Undefined for a protocol that nobody knows: no packet of it can be told. */
function kindOf(rule: SecurityGroupRule): Pick<OpenService, "protocol" | "ports"> | undefined {
  if (rule.protocol === null) return { protocol: null, ports: null };
  const name = rule.protocol.toLowerCase();
  if (name === "any") return { protocol: null, ports: null };
  const protocol = /^\d{1,3}$/.test(name) ? Number(name) : numbers[name];
  if (protocol === undefined || protocol > 255) return undefined;
  // 0 is IPv6's, and some clouds' word for every protocol.
  if (protocol === 0) return { protocol: null, ports: null };
  const withPorts: readonly number[] = [protocols.tcp, protocols.udp, protocols.icmp];
  const { portMin, portMax } = rule;
  if (portMin === null || !withPorts.includes(protocol)) return { protocol, ports: null };
  // Of ICMP the type is in portMin, and the code in portMax.
  const last = protocol === protocols.icmp ? portMin : (portMax ?? portMin);
  return { protocol, ports: { first: portMin, last } };
}

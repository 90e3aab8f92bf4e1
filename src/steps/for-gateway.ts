/** The table of contents: which steps a gateway needs, in order. Order is safety: the route comes last. */
import type { CloudTraits } from "../cloud/cloud.ts";
import { canonicalCidrs } from "../host/ranges.ts";
import { bind } from "./bind.ts";
import { defaultRoute } from "./cloud/default-route.ts";
import { ownRouteTable } from "./cloud/own-route-table.ts";
import { publicIp } from "./cloud/public-ip.ts";
import { securityGroup } from "./cloud/security-group/security-group.ts";
import { sourceDestinationCheck } from "./cloud/source-destination-check.ts";
import {
  type Gateway,
  outerName,
  ownName,
  type Pair,
  type ProxyServer,
  securityGroupName,
} from "./gateway.ts";
import { ipForwarding } from "./host/ip-forwarding.ts";
import { sourceNat } from "./host/source-nat.ts";
import { connectionSync } from "./pair/connection-sync.ts";
import { packages } from "./pair/packages.ts";
import { pairPublicIp } from "./pair/public-ip.ts";
import { role } from "./pair/role.ts";
import { virtualIp } from "./pair/virtual-ip.ts";
import type { BoundStep } from "./step.ts";

/** Mbit/s of an EIP that Wayout allocates; can be changed in the cloud at any time. */
const allocatedBandwidthMbit = 100;

export function stepsFor(gateway: Gateway, traits: CloudTraits, targets: readonly string[]): BoundStep[] {
  return gateway.pair ? forPair(gateway, gateway.pair, traits, targets) : forOne(gateway, traits);
}

function forOne(gateway: Gateway, traits: CloudTraits): BoundStep[] {
  const { name, spec, leaving } = gateway;
  const [proxy] = gateway.proxies;
  const outer = leaving.find((one) => one.name === outerName(name))?.nicId;
  const eip = bind(name, publicIp, {
    gateway: name,
    server: proxy.server.name,
    nicId: proxy.nic.id,
    wish: spec.publicIp,
    bandwidthMbit: allocatedBandwidthMbit,
    ...(outer === undefined ? {} : { leaving: outer }),
  });
  // A proxy alone is reached by its EIP, so that comes first; what a pair leaves serves clients until the rules change.
  const cuts = outer !== undefined;
  return [
    ...(cuts ? [] : [eip]),
    ...nicSteps(gateway, proxy, traits),
    bind(name, ipForwarding, onHost(gateway, proxy)),
    ...(cuts ? [eip] : []),
    bind(name, sourceNat, {
      ...onHost(gateway, proxy),
      ...passing(gateway),
      ...(gateway.leaving.length > 0 ? { leaving: gateway.leaving.map(({ ip }) => ip) } : {}),
    }),
    ...routeSteps(gateway),
  ];
}

/**
 * The roles are settled before the EIP moves and before the rules change: what a proxy carries now goes on until the pair
 * can carry it. Rules at the standby first.
 */
function forPair(gateway: Gateway, pair: Pair, traits: CloudTraits, targets: readonly string[]): BoundStep[] {
  const { name, spec } = gateway;
  // Who is in the pair already learns of a newcomer before that one begins to speak.
  const isIn = ({ nic }: ProxyServer) => Number(pair.inner.boundTo.includes(nic.ip));
  const proxies = gateway.proxies.toSorted((a, b) => isIn(b) - isIn(a));
  const members = proxies.map((proxy, at) =>
    memberOf(gateway, pair, proxy, proxies[1 - at] ?? proxy, targets),
  );
  const hosts = proxies.map((proxy) => onHost(gateway, proxy));
  return [
    ...(["inner", "outer"] as const).map((use) =>
      bind(name, virtualIp, virtualIpOf(gateway, pair, use, traits)),
    ),
    ...proxies.flatMap((proxy, at) => nicSteps(gateway, proxy, traits, proxies[1 - at])),
    ...proxies.map(({ host }) => bind(name, packages, { gateway: name, host })),
    ...members.map((member) => bind(name, connectionSync, member)),
    ...hosts.map((host) => bind(name, ipForwarding, { ...host, byRole: true })),
    ...members.map((member) => bind(name, role, member)),
    bind(name, pairPublicIp, {
      gateway: name,
      subnetId: pair.subnetId,
      name: pair.outer.name,
      ip: pair.outer.ip,
      wish: spec.publicIp,
      bandwidthMbit: allocatedBandwidthMbit,
      // As the spec has them, not as they are gone through: it says whose EIP is kept.
      proxies: gateway.proxies.map(({ server, nic }) => ({
        server: server.name,
        nicId: nic.id,
        ip: nic.ip,
      })),
    }),
    ...hosts.toReversed().map((host) =>
      bind(name, sourceNat, {
        ...host,
        ...passing(gateway),
        virtualIps: { inner: pair.inner.ip, outer: pair.outer.ip },
      }),
    ),
    ...routeSteps(gateway),
  ];
}

/** What the proxy's NIC needs of the cloud. */
function nicSteps(
  gateway: Gateway,
  { server, nic }: ProxyServer,
  traits: CloudTraits,
  peer?: ProxyServer,
): BoundStep[] {
  const { name, spec } = gateway;
  const onNic = { gateway: name, server: server.name, nicId: nic.id, nicIp: nic.ip };
  return [
    bind(name, securityGroup, {
      ...onNic,
      groupName: securityGroupName(name, server.name, nic.ip),
      served: served(gateway),
      ...(peer ? { peer: { ip: peer.nic.ip, sshPort: spec.ssh.port ?? 22 } } : {}),
      mode: spec.securityGroup,
    }),
    bind(name, sourceDestinationCheck, {
      ...onNic,
      anyAddressPairs: traits.anyAddressPairs.map((pairs) => [...pairs]),
    }),
  ];
}

function onHost({ name, vpc }: Gateway, { host, nic, nics }: ProxyServer) {
  return {
    gateway: name,
    host,
    vpcCidrs: [...vpc.cidrs],
    insideMacs: nics.map((one) => one.mac),
    privateIp: nic.ip,
  };
}

/** Who may pass, and where to. The proxies of a pair may too: each tries the way through the other one. */
function passing(gateway: Gateway) {
  const own = gateway.pair ? gateway.proxies.map(({ nic }) => `${nic.ip}/32`) : [];
  return {
    served: [...canonicalCidrs([...served(gateway), ...own])],
    destinations: [...gateway.spec.destinations].sort(),
  };
}

function served({ subnets }: Gateway): string[] {
  return subnets.map(({ subnet }) => subnet.cidr).sort();
}

function memberOf(
  { name }: Gateway,
  { inner, outer }: Pair,
  { host, nic, ownEip }: ProxyServer,
  peer: ProxyServer,
  targets: readonly string[],
) {
  return {
    gateway: name,
    host,
    mac: nic.mac,
    address: nic.ip,
    peer: peer.nic.ip,
    peerName: peer.server.name,
    peerHost: peer.host,
    inner: inner.ip,
    outer: outer.ip,
    ownEip,
    targets: [...targets],
  };
}

function virtualIpOf({ name, proxies }: Gateway, pair: Pair, use: "inner" | "outer", traits: CloudTraits) {
  return {
    gateway: name,
    use,
    name: pair[use].name,
    ip: pair[use].ip,
    subnetId: pair.subnetId,
    subnet: pair.subnetName,
    addresses: proxies.map(({ nic }) => nic.ip),
    unable: traits.vipNextHop
      ? null
      : `a route of ${traits.name} cannot have a virtual IP as its next hop, so nothing would follow the active proxy`,
  };
}

function routeSteps({ name, spec, vpc, proxies, pair, subnets, others }: Gateway): BoundStep[] {
  const names = proxies.map(({ server }) => server.name).join(" and ");
  const [first] = proxies;
  const nextHop = pair
    ? ({ type: "vip", nextHop: pair.inner.ip, nextHopName: names } as const)
    : ({ type: "ecs", nextHop: first.server.id, nextHopName: names } as const);
  if (spec.routeTable === "own") {
    const moved = subnets.map(({ subnet }) => ({ id: subnet.id, name: subnet.name }));
    return [
      bind(name, ownRouteTable, {
        gateway: name,
        vpcId: vpc.id,
        tableName: ownName(name),
        subnets: moved,
        destinations: [...spec.destinations],
        ...nextHop,
      }),
    ];
  }
  const tables = new Map(subnets.map(({ table }) => [table.id, table]));
  return [...tables.values()].flatMap((table) =>
    spec.destinations.map((destination) =>
      bind(name, defaultRoute, {
        gateway: name,
        tableId: table.id,
        tableName: table.name,
        subnets: subnets.filter((one) => one.table.id === table.id).map(({ subnet }) => subnet.name),
        sharedWith: others.filter((one) => one.table.id === table.id).map(({ subnet }) => subnet.name),
        destination,
        ...nextHop,
        ...(pair ? { continues: proxies.map(({ server }) => server.id) } : {}),
      }),
    ),
  );
}

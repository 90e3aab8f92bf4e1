/** The table of contents: which steps a gateway needs, in order. Order is safety: the route comes last. */
import { canonicalCidrs } from "../host/ranges.ts";
import { bind } from "./bind.ts";
import { allocatedPublicIp } from "./cloud/allocated-public-ip.ts";
import { publicIp } from "./cloud/public-ip.ts";
import {
  type Facts,
  type Gateway,
  isBetween,
  outerName,
  type Pair,
  type ProxyServer,
  routeTo,
  served,
} from "./gateway.ts";
import { isAllocated } from "./gateway-eip.ts";
import { ipForwarding } from "./host/ip-forwarding.ts";
import { sourceNat } from "./host/source-nat.ts";
import { nicSteps, outsideSteps } from "./nic-steps.ts";
import { ownServicesOf } from "./own-services.ts";
import { connectionSync } from "./pair/connection-sync.ts";
import { packages } from "./pair/packages.ts";
import { pairPublicIp } from "./pair/public-ip.ts";
import { role } from "./pair/role.ts";
import { signedAdverts } from "./pair/signed-adverts.ts";
import { virtualIp } from "./pair/virtual-ip.ts";
import { type Recipe, recipeOf } from "./recipe.ts";
import { routeSteps } from "./route-steps.ts";
import type { BoundStep } from "./step.ts";

/** Mbit/s of an EIP that Wayout allocates; can be changed in the cloud at any time. */
const allocatedBandwidthMbit = 100;

export function stepsFor(gateway: Gateway, facts: Facts, targets: readonly string[]): BoundStep[] {
  const recipe = recipeOf(gateway, facts);
  if (recipe.kind === "nothing") return [];
  return gateway.pair
    ? forPair(gateway, gateway.pair, facts, targets, recipe)
    : forOne(gateway, facts, recipe);
}

function forOne(gateway: Gateway, facts: Facts, recipe: Recipe): BoundStep[] {
  const { name, spec, leaving, chosenIp } = gateway;
  const [proxy] = gateway.proxies;
  const outer = leaving.find((one) => one.name === outerName(name));
  const eip = bind(name, publicIp, {
    gateway: name,
    server: proxy.server.name,
    nicId: proxy.outside.id,
    wish: spec.publicIp,
    eip: chosenIp?.id ?? null,
    ...(outer?.nicId === undefined
      ? {}
      : { leaving: { nicId: outer.nicId, publicIp: outer.publicIp?.address ?? null } }),
  });
  // A proxy alone is reached by its EIP, so that comes first; what a pair leaves serves clients until the rules change.
  const cuts = outer?.publicIp !== undefined;
  return [
    ...allocation(gateway),
    ...(cuts ? [] : [eip]),
    ...nicSteps(gateway, proxy, facts),
    bind(name, ipForwarding, onHost(gateway, proxy)),
    ...(cuts ? [eip] : []),
    bind(name, sourceNat, {
      ...onHost(gateway, proxy),
      ...passing(gateway, proxy),
      ...(gateway.leaving.length > 0 ? { leaving: gateway.leaving.map(({ ip }) => ip) } : {}),
    }),
    ...routeSteps(gateway, recipe),
  ];
}

/**
 * The roles are settled before the EIP moves and before the rules change: what a proxy carries now goes on until the pair
 * can carry it. Rules at the standby first.
 */
function forPair(
  gateway: Gateway,
  pair: Pair,
  facts: Facts,
  targets: readonly string[],
  recipe: Recipe,
): BoundStep[] {
  const { name, spec } = gateway;
  // The first one that runs becomes the active one: who carries the clients now must be. Who is in the pair already
  // learns of a newcomer before that one begins to speak.
  const isIn = ({ nic }: ProxyServer) => Number(pair.inner.boundTo.includes(nic.ip));
  const carries = (proxy: ProxyServer) => Number(isNextHop(proxy, gateway));
  const proxies = gateway.proxies.toSorted((a, b) => carries(b) - carries(a) || isIn(b) - isIn(a));
  const members = proxies.map((proxy, at) =>
    memberOf(gateway, pair, proxy, proxies[1 - at] ?? proxy, targets),
  );
  const hosts = proxies.map((proxy) => onHost(gateway, proxy));
  const [first, second = first] = gateway.proxies;
  // An EIP that a killed run left on its way may be the only door to both.
  const eip = bind(name, pairPublicIp, {
    gateway: name,
    subnetId: pair.outer.subnetId,
    name: pair.outer.name,
    ip: pair.outer.ip,
    wish: spec.publicIp,
    eip: gateway.chosenIp?.id ?? null,
    // As the spec has them, not as they are gone through: it says whose EIP is kept.
    proxies: gateway.proxies.map(({ server, outside }) => ({
      server: server.name,
      nicId: outside.id,
      ip: outside.ip,
    })),
  });
  return [
    ...allocation(gateway),
    ...(["inner", "outer"] as const).map((use) =>
      bind(name, virtualIp, virtualIpOf(gateway, pair, use, facts)),
    ),
    ...(gateway.eipOnItsWay ? [eip] : []),
    ...proxies.flatMap((proxy, at) => nicSteps(gateway, proxy, facts, proxies[1 - at])),
    ...proxies.flatMap((proxy, at) => outsideSteps(gateway, pair, proxy, facts, proxies[1 - at])),
    ...proxies.map(({ host }) => bind(name, packages, { gateway: name, host })),
    ...members.map((member) => bind(name, connectionSync, member)),
    ...hosts.map((host) => bind(name, ipForwarding, { ...host, byRole: true })),
    ...members.map((member) => bind(name, role, member)),
    bind(name, signedAdverts, { gateway: name, hosts: [first.host, second.host] }),
    ...(gateway.eipOnItsWay ? [] : [eip]),
    ...proxies.toReversed().map((proxy) =>
      bind(name, sourceNat, {
        ...onHost(gateway, proxy),
        ...passing(gateway, proxy),
        virtualIps: { inner: pair.inner.ip, outer: pair.outer.ip },
      }),
    ),
    ...routeSteps(gateway, recipe),
  ];
}

/** By the route of a table, or by what servers are told by DHCP. */
function isNextHop({ server, nics }: ProxyServer, { spec, subnets }: Gateway): boolean {
  const own = [server.id, ...nics.flatMap(({ id, ip }) => [id, ip])];
  const hops = subnets.flatMap(({ subnet, table }) => [
    ...spec.destinations.map((destination) => table && routeTo(table, destination)?.nextHop),
    ...(subnet.dhcp ? [subnet.gatewayIp, ...subnet.dhcp.hostRoutes.map(({ nextHop }) => nextHop)] : []),
  ]);
  return hops.some((hop) => hop !== undefined && own.includes(hop));
}

/** Whatever is asked for by now, an EIP that was allocated stays the gateway's as long as one of its proxies or the pair has it. */
function allocation({ name, spec, chosenIp, proxies }: Gateway): BoundStep[] {
  const used = [chosenIp, ...proxies.map((proxy) => proxy.publicIp)];
  const has = used.some((eip) => eip && isAllocated(name, eip));
  if (!has && (spec.publicIp !== "allocate" || chosenIp)) return [];
  const [{ outside }] = proxies;
  const bandwidthMbit = allocatedBandwidthMbit;
  return [bind(name, allocatedPublicIp, { gateway: name, bandwidthMbit, forNic: outside.id })];
}

function onHost({ name, vpc }: Gateway, { host, outside, nics }: ProxyServer) {
  return {
    gateway: name,
    host,
    vpcCidrs: [...vpc.cidrs],
    insideMacs: nics.map((one) => one.mac),
    privateIp: outside.ip,
  };
}

/** Who may pass, and where to. The proxies of a pair may too: each tries the way through the other one. */
function passing(gateway: Gateway, proxy: ProxyServer) {
  const own = gateway.pair ? gateway.proxies.map(({ nic }) => `${nic.ip}/32`) : [];
  const from = [...canonicalCidrs([...served(gateway), ...own])];
  const ownServices = ownServicesOf(gateway, proxy, from);
  return {
    served: from,
    destinations: [...gateway.spec.destinations].sort(),
    ...(ownServices ? { ownServices } : {}),
  };
}

function memberOf(
  { name }: Gateway,
  { inner, outer }: Pair,
  proxy: ProxyServer,
  peer: ProxyServer,
  targets: readonly string[],
) {
  const { host, nic, outside, ownEip } = proxy;
  return {
    gateway: name,
    host,
    mac: nic.mac,
    ...(isBetween(proxy)
      ? {
          outside: {
            mac: outside.mac,
            address: outside.ip,
            peer: peer.outside.ip,
            peerMac: peer.outside.mac,
          },
        }
      : {}),
    address: nic.ip,
    peer: peer.nic.ip,
    peerMac: peer.nic.mac,
    peerName: peer.server.name,
    peerHost: peer.host,
    inner: inner.ip,
    outer: outer.ip,
    ownEip,
    targets: [...targets],
  };
}

function virtualIpOf({ name, proxies }: Gateway, pair: Pair, use: "inner" | "outer", facts: Facts) {
  return {
    gateway: name,
    use,
    name: pair[use].name,
    ip: pair[use].ip,
    subnetId: pair[use].subnetId,
    subnet: pair[use].subnetName,
    addresses: proxies.map(({ nic, outside }) => (use === "inner" ? nic : outside).ip),
    unable: facts.vipNextHop
      ? null
      : `a route of ${facts.name} cannot have a virtual IP as its next hop, so nothing would follow the active proxy`,
  };
}

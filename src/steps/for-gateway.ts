/** The table of contents: which steps a gateway needs, in order. Order is safety: the route comes last. */
import type { CloudTraits } from "../cloud/cloud.ts";
import { bind } from "./bind.ts";
import { defaultRoute } from "./cloud/default-route.ts";
import { ownRouteTable } from "./cloud/own-route-table.ts";
import { publicIp } from "./cloud/public-ip.ts";
import { securityGroup } from "./cloud/security-group/security-group.ts";
import { sourceDestinationCheck } from "./cloud/source-destination-check.ts";
import { type Gateway, ownName } from "./gateway.ts";
import { ipForwarding } from "./host/ip-forwarding.ts";
import { sourceNat } from "./host/source-nat.ts";
import type { BoundStep } from "./step.ts";

/** Mbit/s of an EIP that Wayout allocates; can be changed in the cloud at any time. */
const allocatedBandwidthMbit = 100;

export function stepsFor(gateway: Gateway, traits: CloudTraits): BoundStep[] {
  const { name, spec, vpc, proxy, subnets } = gateway;
  const server = proxy.server.name;
  const nicId = proxy.nic.id;
  const nicIp = proxy.nic.ip;
  const served = subnets.map(({ subnet }) => subnet.cidr).sort();
  const onHost = {
    gateway: name,
    host: proxy.host,
    vpcCidrs: [...vpc.cidrs],
    insideMacs: proxy.nics.map((nic) => nic.mac),
    privateIp: nicIp,
  };
  return [
    bind(name, publicIp, {
      gateway: name,
      server,
      nicId,
      wish: spec.publicIp,
      bandwidthMbit: allocatedBandwidthMbit,
    }),
    bind(name, securityGroup, {
      gateway: name,
      server,
      nicId,
      nicIp,
      groupName: ownName(name),
      served,
      mode: spec.securityGroup,
    }),
    bind(name, sourceDestinationCheck, {
      gateway: name,
      server,
      nicId,
      nicIp,
      anyAddressPair: traits.anyAddressPair,
    }),
    bind(name, ipForwarding, onHost),
    bind(name, sourceNat, { ...onHost, served, destinations: [...spec.destinations].sort() }),
    ...routeSteps(gateway),
  ];
}

function routeSteps({ name, spec, vpc, proxy, subnets, others }: Gateway): BoundStep[] {
  const nextHop = { type: "ecs", nextHop: proxy.server.id, nextHopName: proxy.server.name } as const;
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
      }),
    ),
  );
}

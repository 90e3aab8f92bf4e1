/** The last steps of a gateway: what leads its clients' packets to the proxy, by the recipe that fits the network. */
import { bind } from "./bind.ts";
import { defaultRoute } from "./cloud/default-route.ts";
import { dhcpOptions } from "./cloud/dhcp-options.ts";
import { besides, destinationsByDhcp, ownOptions, routesBeside } from "./cloud/dhcp-routes.ts";
import { hostRoutes } from "./cloud/host-routes.ts";
import { ownRouteTable } from "./cloud/own-route-table.ts";
import { subnetGateway } from "./cloud/subnet-gateway.ts";
import { type Gateway, ownName } from "./gateway.ts";
import type { Recipe } from "./recipe.ts";
import type { BoundStep } from "./step.ts";

/** Only once the proxy is proven. None where clients have a way out without it. */
export function routeSteps(gateway: Gateway, recipe: Recipe): BoundStep[] {
  switch (recipe.kind) {
    case "route-table":
    case "router-route":
      return byRoute(gateway, recipe.kind);
    case "subnet-gateway":
    case "host-routes":
      return byDhcp(gateway, recipe.kind);
    default:
      return [];
  }
}

function byRoute(gateway: Gateway, way: "route-table" | "router-route"): BoundStep[] {
  const { name, spec, vpc, proxies, pair, subnets, others } = gateway;
  const [first] = proxies;
  const nextHopName = namesOf(gateway);
  // Of several NICs behind one router, a server's id does not tell which is meant.
  const ofRouter = way === "router-route";
  const byNic = ofRouter && first.nics.length > 1;
  const nextHop = pair
    ? ({ type: "vip", nextHop: pair.inner.ip, nextHopName } as const)
    : byNic
      ? ({ type: "eni", nextHop: first.nic.id, nextHopName } as const)
      : ({ type: "ecs", nextHop: first.server.id, nextHopName } as const);
  if (spec.routeTable === "own" && nextHop.type !== "eni") {
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
  const tables = new Map(subnets.flatMap(({ table }) => (table ? [[table.id, table]] : [])));
  return [...tables.values()].flatMap((table) =>
    spec.destinations.map((destination) =>
      bind(name, defaultRoute, {
        gateway: name,
        tableId: table.id,
        tableName: table.name,
        subnets: subnets.filter((one) => one.table?.id === table.id).map(({ subnet }) => subnet.name),
        sharedWith: others.filter((one) => one.table?.id === table.id).map(({ subnet }) => subnet.name),
        destination,
        ...nextHop,
        ...(ofRouter ? { ofRouter: true } : {}),
        ...(pair ? { continues: proxies.map(({ server }) => server.id) } : {}),
      }),
    ),
  );
}

/**
 * Those for whom nothing changes are told so first: the proxies, and servers with an EIP, whose answers have to leave as
 * they came in.
 */
function byDhcp(gateway: Gateway, way: "subnet-gateway" | "host-routes"): BoundStep[] {
  const { name, proxies, pair, subnets, others, clients, spec } = gateway;
  const nextHopName = namesOf(gateway);
  const destinations = destinationsByDhcp(spec.destinations);
  return subnets.flatMap(({ subnet }) => {
    const inSubnet = proxies.flatMap(({ server, nics }) =>
      nics.filter((nic) => nic.subnetId === subnet.id).map((nic) => ({ server, nic })),
    );
    const ip = pair?.inner.ip ?? inSubnet[0]?.nic.ip;
    if (ip === undefined) return [];
    const beside = way === "host-routes" ? besides(subnet, rangesBeside(subnet.id), spec.destinations) : [];
    const kept = routesBeside(
      subnet.dhcp?.hostRoutes ?? [],
      way === "host-routes" ? destinations : [],
      beside,
    );
    const gatewayIp = way === "host-routes" && subnet.gatewayIp !== "" ? subnet.gatewayIp : undefined;
    const withEip = clients.filter((one) => one.subnet.id === subnet.id && one.publicIp !== undefined);
    const asBefore = [
      ...inSubnet.map(({ server, nic }) => ({ server: server.name, nicId: nic.id, nicIp: nic.ip })),
      ...withEip.map(({ server, nicId, ip: nicIp }) => ({ server: server.name, nicId, nicIp })),
    ];
    const object = { gateway: name, subnetId: subnet.id, subnet: subnet.name };
    return [
      ...asBefore.map((one) =>
        bind(name, dhcpOptions, { gateway: name, ...one, options: ownOptions(kept, gatewayIp) }),
      ),
      way === "host-routes"
        ? bind(name, hostRoutes, {
            ...object,
            destinations,
            nextHop: ip,
            nextHopName,
            beside,
            continues: pair ? inSubnet.map(({ nic }) => nic.ip) : [],
          })
        : bind(name, subnetGateway, {
            ...object,
            ip,
            name: nextHopName,
            ...(pair ? { continues: inSubnet.map(({ nic }) => nic.ip) } : {}),
          }),
    ];
  });

  function rangesBeside(id: string): string[] {
    return [...subnets, ...others].filter((one) => one.subnet.id !== id).map((one) => one.subnet.cidr);
  }
}

function namesOf({ proxies }: Gateway): string {
  return proxies.map(({ server }) => server.name).join(" and ");
}

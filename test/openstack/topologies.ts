/** The networks in which Wayout is tried: one for each recipe of plain OpenStack. All have vpc-app, subnet-app, ecs-app-1. */
import type { Network, Project, Seat, Server } from "./project.ts";

export interface Topology {
  readonly proxies: readonly Server[];
  readonly client: Server;
  /** The proxies' floating IPs, in their order. */
  readonly floatingIps: readonly string[];
}

const app = { name: "subnet-app", cidr: "192.168.125.0/24" };
const outside = { name: "subnet-public", cidr: "192.168.120.0/24" };

/** Clients behind a router without a gateway; the proxies are among them and on the public side. */
export async function ownRouter(project: Project, count = 1): Promise<Topology> {
  const inside = await project.network(app);
  await project.router("vpc-app", { external: false, interfaces: [inside] });
  return await between(project, inside, count);
}

/**
 * Clients in a network without a router; the proxies are among them and on the public side. Unless a pool leaves the
 * gateway's address out, Neutron hands that out by itself too, and takes it for no gateway (409
 * GatewayConflictWithAllocationPools).
 */
export async function noRouter(
  project: Project,
  pool?: { readonly start: string; readonly end: string },
  count = 1,
): Promise<Topology> {
  const inside = await project.network({
    ...app,
    network: "vpc-app",
    ...(pool === undefined ? {} : { pool }),
  });
  return await between(project, inside, count);
}

/** Clients and proxies in one subnet, behind a router with a gateway. */
export async function commonRouter(project: Project, count: number): Promise<Topology> {
  const network = await project.network(app);
  await project.router("vpc-app", { external: true, interfaces: [network] });
  return await servers(project, network, count, (number) => [{ network, ip: `192.168.125.${3 + number}` }]);
}

async function between(project: Project, inside: Network, count: number): Promise<Topology> {
  const network = await project.network(outside);
  await project.router("vpc-public", { external: true, interfaces: [network] });
  return await servers(project, inside, count, (number) => [
    { network, ip: `192.168.120.${3 + number}` },
    { network: inside, ip: `192.168.125.${3 + number}` },
  ]);
}

/** The proxies, each with a floating IP on its first NIC, and a client. */
async function servers(
  project: Project,
  network: Network,
  count: number,
  seatsOf: (number: number) => readonly Seat[],
): Promise<Topology> {
  const proxies: Server[] = [];
  const floatingIps: string[] = [];
  for (let number = 1; number <= count; number++) {
    const proxy = await project.server(`ecs-proxy-${number}`, seatsOf(number));
    proxies.push(proxy);
    floatingIps.push(await project.floatingIp(proxy.portIds[0] ?? ""));
  }
  const client = await project.server("ecs-app-1", [{ network, ip: "192.168.125.11" }]);
  return { proxies, client, floatingIps };
}

import { randomUUID } from "node:crypto";
import type { LabImageName, LabPort, LabServer, LabServerKind, LabState } from "../../state.ts";
import { addPort } from "./ports.ts";
import { requireRoom } from "./quotas.ts";
import { found, Refused } from "./refused.ts";

/**
 * ECS API, "Creating an ECS". Narrower at the beginning: here the name is a machine's host name too, and a word of many a
 * command line.
 */
const serverName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export interface ServerWish {
  readonly name: string;
  /** The first one is the primary NIC. */
  readonly nics: readonly { readonly subnetId: string; readonly ip?: string | undefined }[];
  /** Of every NIC; the project's `default` group unless given. */
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly kind?: LabServerKind | undefined;
  readonly image?: LabImageName | undefined;
  readonly zone?: string | undefined;
  readonly status?: LabServer["status"] | undefined;
  readonly keyName?: string | undefined;
  readonly userData?: string | undefined;
}

export interface AddedServer {
  readonly server: LabServer;
  readonly ports: readonly LabPort[];
}

/** Creates server and NICs as the cloud's objects; starting the machine is somebody else's. */
export function addServer(state: LabState, wish: ServerWish, at: Date = new Date()): AddedServer {
  requireRoom(state, "servers", "server", state.servers.size);
  requireName(wish.name);
  if (wish.nics.length === 0) throw new Refused("server", "invalid", "A server needs a NIC.");
  const server: LabServer = {
    id: randomUUID(),
    name: wish.name,
    kind: wish.kind ?? "machine",
    image: wish.image ?? "debian",
    zone: wish.zone ?? `${state.project.region}-01`,
    status: wish.status ?? "ACTIVE",
    keyName: wish.keyName ?? "",
    userData: wish.userData ?? "",
    createdAt: at.toISOString(),
  };
  const owner = `compute:${server.zone}`;
  const ports = wish.nics.map((nic) =>
    addPort(state, { ...nic, securityGroupIds: wish.securityGroupIds, serverId: server.id, owner }, at),
  );
  if (state.cloud !== "openstack") requireOneVpc(state, ports);
  state.servers.set(server.id, server);
  return { server, ports };
}

/** The machine's own host name stays. */
export function renameServer(state: LabState, id: string, name: string): LabServer {
  requireName(name);
  const server = { ...found(state.servers, "server", id), name };
  state.servers.set(id, server);
  return server;
}

export function setServerStatus(state: LabState, id: string, status: LabServer["status"]): void {
  state.servers.set(id, { ...found(state.servers, "server", id), status });
}

/**
 * Takes the server, its NICs and the routes through it away; an EIP of it stays, unbound. Routes vanish
 * without notice, as users of OTC report (terraform-provider-opentelekomcloud issue 2652).
 */
export function removeServer(state: LabState, id: string): void {
  found(state.servers, "server", id);
  const portIds = new Set(state.ports.ofServer(id).map((port) => port.id));
  for (const publicIp of state.publicIps.values()) {
    if (portIds.has(publicIp.portId)) state.publicIps.set(publicIp.id, { ...publicIp, portId: "" });
  }
  for (const table of state.routeTables.values()) {
    const routes = table.routes.filter((route) => route.nexthop !== id && !portIds.has(route.nexthop));
    if (routes.length < table.routes.length) state.routeTables.set(table.id, { ...table, routes });
  }
  for (const portId of portIds) state.ports.delete(portId);
  state.servers.delete(id);
}

function requireName(name: string): void {
  if (!serverName.test(name)) throw new Refused("server", "invalid", `Server name is invalid: ${name}`);
}

function requireOneVpc(state: LabState, ports: readonly LabPort[]): void {
  const vpcs = new Set(ports.map((port) => state.subnets.get(port.subnetId)?.vpcId));
  if (vpcs.size > 1) throw new Refused("server", "foreign", "The NICs of a server belong to one VPC.");
}

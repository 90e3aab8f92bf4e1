/** Names the fabric gives to kernel objects. Plain ones for people, short ones where the kernel allows 15 characters. */
import { Problem } from "../../report/problem.ts";
import type { LabPort, LabServer, LabState, LabSubnet, LabVpc } from "../state.ts";

export const internetNamespace = "internet";

/** Port of a NIC on its subnet's bridge, in the router's namespace. */
export function nicPort(port: Pick<LabPort, "id">): string {
  return `n${shortId(port.id)}`;
}

export function bridgeName(subnet: Pick<LabSubnet, "id">): string {
  return `b${shortId(subnet.id)}`;
}

/** The Internet's end of a VPC's uplink. */
export function internetPort(vpcId: string): string {
  return `e${shortId(vpcId)}`;
}

/** Twelve hex digits: unique enough for a lab, and short enough for an interface with its prefix. */
export function shortId(id: string): string {
  return id.replaceAll(/[^0-9a-f]/g, "").slice(0, 12);
}

/** Kernel routing tables below 256 have names of their own; the lab's start above. */
const firstRouteTable = 256;
/** 192.0.2.1 is the Internet's own; .253 and .254 are the inner link of every edge. */
const edgeHosts = { first: 2, last: 250 };

/** What has been named once keeps its name as long as it lives. */
export class Names {
  readonly #namespaces = new Map<string, string>();
  readonly #generations = new Map<string, number>();
  readonly #routeTables = new Map<string, number>();
  readonly #edges = new Map<string, number>();

  /** Forgets what is gone and names what is new. */
  follow(state: LabState): void {
    keepOnly(this.#namespaces, (id) => state.servers.has(id) || state.vpcs.has(id));
    keepOnly(this.#generations, (id) => state.servers.has(id));
    keepOnly(this.#routeTables, (id) => state.routeTables.has(id));
    keepOnly(this.#edges, (id) => state.vpcs.has(id));
    for (const vpc of state.vpcs.values()) {
      this.router(vpc);
      this.edgeHost(vpc.id);
    }
    for (const server of state.servers.values()) this.server(server);
    for (const table of state.routeTables.values()) this.routeTable(table.id);
  }

  /** The namespace of a server: its name where that is free. */
  server(server: Pick<LabServer, "id" | "name">): string {
    return this.#namespace(server.id, clean(server.name));
  }

  router(vpc: Pick<LabVpc, "id" | "name">): string {
    return this.#namespace(vpc.id, clean(`vpc-${vpc.name.replace(/^vpc-/, "")}`));
  }

  /** The place between a VPC's router and the Internet, where EIPs are translated. */
  edge(vpc: Pick<LabVpc, "id" | "name">): string {
    return `${this.router(vpc)}-edge`;
  }

  /** Which making of the server's namespace this is; `renew` starts the next. */
  generation(serverId: string): number {
    return this.#generations.get(serverId) ?? 0;
  }

  renew(serverId: string): void {
    this.#generations.set(serverId, this.generation(serverId) + 1);
  }

  routeTable(id: string): number {
    return numberOf(this.#routeTables, id, firstRouteTable, 65_000);
  }

  /** Last octet of the edge's address in 192.0.2.0/24. */
  edgeHost(vpcId: string): number {
    return numberOf(this.#edges, vpcId, edgeHosts.first, edgeHosts.last);
  }

  #namespace(id: string, wish: string): string {
    const known = this.#namespaces.get(id);
    if (known !== undefined) return known;
    const taken = new Set(this.#namespaces.values());
    const reserved = wish === internetNamespace || wish.endsWith("-edge");
    const name = taken.has(wish) || reserved ? `${wish}-${shortId(id)}` : wish;
    this.#namespaces.set(id, name);
    return name;
  }
}

function clean(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_-]/g, "-").replace(/^-+/, "");
  return safe.slice(0, 60) || "unnamed";
}

function keepOnly(map: Map<string, unknown>, alive: (id: string) => boolean): void {
  for (const id of map.keys()) if (!alive(id)) map.delete(id);
}

function numberOf(numbers: Map<string, number>, id: string, first: number, last: number): number {
  const known = numbers.get(id);
  if (known !== undefined) return known;
  const taken = new Set(numbers.values());
  let number = first;
  while (taken.has(number)) number++;
  if (number > last) {
    throw new Problem({
      code: "lab/fabric-full",
      summary: `The lab's fabric has room for ${last - first + 1} of these, and one more was asked for.`,
      hint: "Delete VPCs or route tables of the lab that are not needed, or start a second lab with --name.",
    });
  }
  numbers.set(id, number);
  return number;
}

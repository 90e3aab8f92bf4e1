/** From the names in the spec to the cloud's objects. Every name that is wrong is answered with its place and the nearest that exists. */
import type {
  CloudReader,
  Nic,
  PublicIp,
  RouteTable,
  SecurityGroup,
  Server,
  Subnet,
  Vpc,
} from "../cloud/cloud.ts";
import type { HostAddress } from "../host/host.ts";
import { Problem } from "../report/problem.ts";
import { contains, parseRange } from "../spec/addresses.ts";
import { suggestion } from "../spec/nearest.ts";
import type { GatewaySpec, SpecFile } from "../spec/spec.ts";
import type { Path } from "../spec/yaml-file.ts";
import {
  type Client,
  type Gateway,
  loginAt,
  movingMark,
  type Pair,
  type ProxyServer,
  type ServedSubnet,
  type VirtualIp,
} from "../steps/gateway.ts";
import { pairIn, virtualIpsOf } from "./virtual-ips.ts";

/** Everything that names are looked up in, read once for the whole spec. */
export interface Inventory {
  readonly vpcs: readonly Vpc[];
  readonly subnets: ReadonlyMap<string, readonly Subnet[]>;
  readonly tables: ReadonlyMap<string, readonly RouteTable[]>;
  readonly serversByName: ReadonlyMap<string, readonly Server[]>;
  readonly serversByVpc: ReadonlyMap<string, readonly Server[]>;
  readonly nicsByServer: ReadonlyMap<string, readonly Nic[]>;
  readonly nicsBySubnet: ReadonlyMap<string, readonly Nic[]>;
  readonly publicIps: readonly PublicIp[];
  readonly publicIpByNic: ReadonlyMap<string, PublicIp>;
  readonly securityGroups: readonly SecurityGroup[];
}

export async function readInventory(cloud: CloudReader): Promise<Inventory> {
  const [vpcs, subnets, tables, servers, nics, publicIps, securityGroups] = await Promise.all([
    cloud.vpcs(),
    cloud.subnets(),
    cloud.routeTables(),
    cloud.servers(),
    cloud.nics(),
    cloud.publicIps(),
    cloud.securityGroups(),
  ]);
  return {
    vpcs,
    subnets: Map.groupBy(subnets, (subnet) => subnet.vpcId),
    tables: Map.groupBy(tables, (table) => table.vpcId),
    serversByName: Map.groupBy(servers, (server) => server.name),
    serversByVpc: Map.groupBy(servers, (server) => server.vpcId),
    nicsByServer: Map.groupBy(nics, (nic) => nic.serverId),
    nicsBySubnet: Map.groupBy(nics, (nic) => nic.subnetId),
    publicIps,
    publicIpByNic: new Map(publicIps.flatMap((eip) => (eip.nicId === undefined ? [] : [[eip.nicId, eip]]))),
    securityGroups,
  };
}

/** @throws Problem spec/unknown-..., spec/ambiguous-..., spec/proxy-... with the place in the file. */
export function resolveGateways(file: SpecFile, inventory: Inventory): Gateway[] {
  const promised = new Set<string>();
  return file.value.gateways.map((spec, index) =>
    new Resolver(file, inventory, spec, index, promised).gateway(),
  );
}

/** A proxy before it is known how it is reached. */
type Seat = Omit<ProxyServer, "host" | "ownEip">;
type Seats = readonly [Seat, ...Seat[]];

class Resolver {
  readonly #file: SpecFile;
  readonly #inventory: Inventory;
  readonly #spec: GatewaySpec;
  readonly #index: number;
  /** Addresses of virtual IPs that are not made yet, of all gateways. */
  readonly #promised: Set<string>;

  constructor(file: SpecFile, inventory: Inventory, spec: GatewaySpec, index: number, promised: Set<string>) {
    this.#file = file;
    this.#inventory = inventory;
    this.#spec = spec;
    this.#index = index;
    this.#promised = promised;
  }

  gateway(): Gateway {
    const vpc = this.#one("vpc", this.#spec.vpc, this.#inventory.vpcs, ["vpc"]);
    this.#checkDestinations(vpc);
    const subnets = this.#subnets(vpc);
    const servers = this.#inventory.serversByVpc.get(vpc.id) ?? [];
    const [first, ...others] = this.#spec.proxies.map((_, at) => this.#seat(vpc, servers, at));
    if (!first) throw this.#problem("spec/invalid", ["proxies"], "name at least one server", "");
    const seats: Seats = [first, ...others];
    const home = this.#home(vpc, seats);
    this.#checkLoop(vpc, seats, subnets);
    const nics = this.#inventory.nicsBySubnet.get(home.id) ?? [];
    const pair = seats.length > 1 ? this.#pair(home, nics) : undefined;
    const leaving = pair ? [] : virtualIpsOf(this.#spec.name, nics);
    const publicIp = this.#publicIp(seats, pair, leaving);
    const leavingEip = pair && !publicIp ? this.#leavingEip(seats) : undefined;
    const at = (seat: Seat): ProxyServer => ({
      ...seat,
      ownEip: seat.publicIp !== undefined && seat.publicIp.id !== leavingEip?.id,
      host: this.#host(seat, seats, publicIp, leaving),
    });
    const proxies: Gateway["proxies"] = [at(first), ...others.map(at)];
    const served = new Set(subnets.map(({ subnet }) => subnet.id));
    const notServed = (this.#inventory.subnets.get(vpc.id) ?? [])
      .filter((subnet) => !served.has(subnet.id))
      .map((subnet) => ({ subnet, table: this.#tableOf(vpc, subnet) }));
    return {
      spec: this.#spec,
      name: this.#spec.name,
      vpc,
      proxies,
      ...(pair ? { pair } : {}),
      leaving,
      ...(publicIp ? { publicIp } : {}),
      subnets,
      clients: this.#clients(servers, subnets, seats),
      others: notServed,
      securityGroups: this.#inventory.securityGroups,
    };
  }

  /** Routes inside the VPC are the system's and always win, so such a destination could never take effect. */
  #checkDestinations(vpc: Vpc): void {
    const own = vpc.cidrs.flatMap((cidr) => parseRange(cidr) ?? []);
    for (const [position, text] of this.#spec.destinations.entries()) {
      const destination = parseRange(text);
      const inside = destination && own.find((range) => contains(range, destination));
      if (inside) {
        const path = ["destinations", position];
        const hint = "Name destinations outside the VPC; inside it, the cloud routes by itself.";
        throw this.#problem(
          "spec/destination-inside-vpc",
          path,
          `${text} is inside ${vpc.name} (${inside.cidr})`,
          hint,
        );
      }
    }
  }

  /**
   * A server's EIP wins over a route to 0.0.0.0/0 only; a longer prefix wins over the EIP (OTC FAQ, priority of
   * routes). The proxy would send such packets to itself where its own subnet gets the route.
   */
  #checkLoop(vpc: Vpc, seats: Seats, served: readonly ServedSubnet[]): void {
    const position = this.#spec.destinations.findIndex((destination) => destination !== "0.0.0.0/0");
    if (position < 0) return;
    const own = this.#spec.routeTable === "own";
    for (const { server, nic } of seats) {
      const home = this.#subnetOf(vpc, nic);
      if (!home) continue;
      const table = this.#tableOf(vpc, home);
      const affected = served.some((one) => one.subnet.id === home.id || (!own && one.table.id === table.id));
      if (!affected) continue;
      const text = `${server.name} is in ${home.name}, which would get the route to ${this.#spec.destinations[position]} too, and would send those packets to itself`;
      const hint =
        "Use a proxy in a subnet that is not served, with routeTable: own; or leave destinations out.";
      throw this.#problem("spec/destination-loops", ["destinations", position], text, hint);
    }
  }

  #subnetOf(vpc: Vpc, nic: Nic): Subnet | undefined {
    return (this.#inventory.subnets.get(vpc.id) ?? []).find((subnet) => subnet.id === nic.subnetId);
  }

  /** The subnet of the proxies; that of a pair is one, since an address can move within a subnet only. */
  #home(vpc: Vpc, [first, ...others]: Seats): Subnet {
    const home = this.#subnetOf(vpc, first.nic);
    if (!home)
      throw this.#problem(
        "spec/proxy-without-nic",
        ["proxies", 0],
        `${first.server.name} has no NIC in ${vpc.name}`,
        "",
      );
    const stray = others.find((one) => one.nic.subnetId !== home.id);
    if (!stray) return home;
    const there = this.#subnetOf(vpc, stray.nic)?.name ?? "another subnet";
    const text = `${stray.server.name} is in ${there}, and ${first.server.name} in ${home.name}`;
    const hint = "The two proxies of a pair share addresses, so both must be in one subnet.";
    throw this.#problem("spec/pair-in-two-subnets", ["proxies", 1], text, hint);
  }

  #pair(home: Subnet, nics: readonly Nic[]): Pair {
    const pair = pairIn(this.#spec.name, home, nics, this.#promised);
    if (pair) return pair;
    const hint = "Free two addresses of the subnet, or use proxies in another one.";
    throw this.#problem(
      "spec/no-free-address",
      ["proxies"],
      `${home.name} has no two free addresses for the virtual IPs of the pair`,
      hint,
    );
  }

  #subnets(vpc: Vpc): ServedSubnet[] {
    const known = this.#inventory.subnets.get(vpc.id) ?? [];
    return this.#spec.subnets.map((name, position) => {
      const subnet = this.#one("subnet", name, known, ["subnets", position], ` in ${vpc.name}`);
      return { subnet, table: this.#tableOf(vpc, subnet) };
    });
  }

  #tableOf(vpc: Vpc, subnet: Subnet): RouteTable {
    const tables = this.#inventory.tables.get(vpc.id) ?? [];
    const table =
      tables.find((one) => one.subnetIds.includes(subnet.id)) ?? tables.find((one) => one.isDefault);
    if (!table) throw this.#problem("spec/no-route-table", ["vpc"], `${vpc.name} has no route table`, "");
    return table;
  }

  #seat(vpc: Vpc, inVpc: readonly Server[], position: number): Seat {
    const path = ["proxies", position];
    const name = this.#spec.proxies[position] ?? "";
    const called = this.#inventory.serversByName.get(name) ?? [];
    const here = called.filter((server) => server.vpcId === vpc.id);
    if (called.length > 0 && here.length === 0) {
      const elsewhere =
        this.#inventory.vpcs.find((other) => other.id === called[0]?.vpcId)?.name ?? "another VPC";
      const hint = `A proxy must be in the VPC of its clients. Servers in ${vpc.name}: ${listOf(inVpc)}.`;
      throw this.#problem(
        "spec/proxy-in-other-vpc",
        path,
        `${name} is in ${elsewhere}, not in ${vpc.name}`,
        hint,
      );
    }
    const server = this.#one("server", name, called.length > 0 ? here : inVpc, path, ` in ${vpc.name}`);
    const hasEip = (nic: Nic): boolean => this.#inventory.publicIpByNic.has(nic.id);
    const subnetIds = new Set((this.#inventory.subnets.get(vpc.id) ?? []).map((subnet) => subnet.id));
    const nics = (this.#inventory.nicsByServer.get(server.id) ?? [])
      .filter((nic) => subnetIds.has(nic.subnetId))
      .sort((a, b) => Number(hasEip(b)) - Number(hasEip(a)));
    const nic = nics[0];
    if (!nic) throw this.#problem("spec/proxy-without-nic", path, `${name} has no NIC in ${vpc.name}`, "");
    const publicIp = this.#inventory.publicIpByNic.get(nic.id);
    return { server, nic, nics, ...(publicIp ? { publicIp } : {}) };
  }

  /**
   * The EIP where it belongs: on the proxy's NIC, or on the outer virtual IP of a pair. `keep` needs one that is there,
   * or is on its way there.
   */
  #publicIp(seats: Seats, pair: Pair | undefined, leaving: readonly VirtualIp[]): PublicIp | undefined {
    const onNic = (nicId: string | undefined) =>
      nicId === undefined ? undefined : this.#inventory.publicIpByNic.get(nicId);
    const bound = pair ? onNic(pair.outer.nicId) : seats[0].publicIp;
    if (bound || this.#spec.publicIp !== "keep") return bound;
    const moving = this.#inventory.publicIps.some((eip) => eip.name.startsWith(movingMark(this.#spec.name)));
    const left = leaving.some(({ nicId }) => onNic(nicId));
    if (moving || left || seats.some((seat) => seat.publicIp)) return undefined;
    const names = seats.map(({ server }) => server.name).join(" and ");
    throw this.#problem(
      "spec/proxy-without-eip",
      ["proxies", 0],
      seats.length === 1 ? `${names} has no EIP` : `neither of ${names} has an EIP`,
      "Bind an EIP to it, or write publicIp: allocate.",
    );
  }

  #eipOf(virtualIps: readonly VirtualIp[]): PublicIp | undefined {
    return virtualIps
      .map(({ nicId }) => (nicId === undefined ? undefined : this.#inventory.publicIpByNic.get(nicId)))
      .find((eip) => eip !== undefined);
  }

  /** The EIP of a proxy that will move to the outer virtual IP. */
  #leavingEip(seats: Seats): PublicIp | undefined {
    const wish = this.#spec.publicIp;
    if (wish === "allocate") return undefined;
    const onNics = seats.flatMap((seat) => seat.publicIp ?? []);
    if (wish !== "keep") return onNics.find((eip) => eip.address === wish);
    const moving = this.#inventory.publicIps.some((eip) => eip.name.startsWith(movingMark(this.#spec.name)));
    return moving ? undefined : onNics[0];
  }

  /** A proxy without an EIP of its own is reached through the other one, or through the EIP that both share. */
  #host(
    { server, nic, publicIp }: Seat,
    seats: Seats,
    gatewayIp: PublicIp | undefined,
    leaving: readonly VirtualIp[],
  ): HostAddress {
    const { address, user, port, jump } = this.#spec.ssh;
    const login = {
      server: server.name,
      serverId: server.id,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    };
    const given = this.#spec.publicIp;
    const future = given === "keep" || given === "allocate" || seats.length > 1 ? undefined : given;
    const entry = seats.find((seat) => seat.publicIp)?.publicIp ?? gatewayIp ?? this.#eipOf(leaving);
    if (address === "public" && !publicIp && !future && entry) {
      const door = loginAt(entry.address, this.#spec.ssh);
      return { ...login, destination: nic.ip, jump: jump === undefined ? door : `${jump},${door}` };
    }
    const reached = { public: publicIp?.address ?? future ?? nic.ip, private: nic.ip }[address] ?? address;
    return { ...login, destination: reached, ...(jump === undefined ? {} : { jump }) };
  }

  #clients(servers: readonly Server[], subnets: readonly ServedSubnet[], seats: Seats): Client[] {
    const proxies = new Set(seats.map(({ server }) => server.id));
    const served = new Map(subnets.map(({ subnet }) => [subnet.id, subnet]));
    return servers
      .filter((server) => !proxies.has(server.id))
      .flatMap((server) =>
        (this.#inventory.nicsByServer.get(server.id) ?? []).flatMap((nic): Client[] => {
          const subnet = served.get(nic.subnetId);
          if (!subnet) return [];
          const publicIp = this.#inventory.publicIpByNic.get(nic.id)?.address;
          return [{ server, ip: nic.ip, subnet, ...(publicIp === undefined ? {} : { publicIp }) }];
        }),
      )
      .sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
  }

  /** The one object called `name` (or with that id). */
  #one<T extends { readonly id: string; readonly name: string }>(
    noun: string,
    name: string,
    known: readonly T[],
    path: Path,
    where = "",
  ): T {
    const found = known.filter((one) => one.name === name || one.id === name);
    if (found[0] && found.length === 1) return found[0];
    if (found.length > 1) {
      const hint = `Write its id instead: ${found.map((one) => one.id).join(" or ")}.`;
      throw this.#problem(
        `spec/ambiguous-${noun}`,
        path,
        `${found.length} ${noun}s are called ${name}${where}`,
        hint,
      );
    }
    const names = known.map((one) => one.name);
    const label = noun === "vpc" ? "VPC" : noun;
    const meant = suggestion(name, names, label);
    throw this.#problem(
      `spec/unknown-${noun}`,
      path,
      `no ${label} ${name}${where}; ${meant}`,
      "Nothing was changed.",
    );
  }

  #problem(code: string, path: Path, text: string, hint: string): Problem {
    const place = this.#file.place(["gateways", this.#index, ...path]);
    return new Problem({ code, summary: `${place}: ${text}`, ...(hint === "" ? {} : { hint }) });
  }
}

function listOf(servers: readonly Server[]): string {
  const names = servers.map((server) => server.name).sort();
  return names.length === 0 ? "none" : names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
}

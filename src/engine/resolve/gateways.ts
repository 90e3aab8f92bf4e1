/** From the names in the spec to the cloud's objects. Every name that is wrong is answered with its place and the nearest that exists. */
import type { Nic, RouteTable, Server, Subnet, Vpc } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { contains, parseRange } from "../../spec/addresses.ts";
import type { SpecFile } from "../../spec/spec.ts";
import type { Client, Gateway, ProxyServer, ServedSubnet } from "../../steps/gateway.ts";
import { isOnItsWay, type KnownEip } from "../../steps/gateway-eip.ts";
import { Asked } from "./asked.ts";
import type { Inventory } from "./inventory.ts";
import { chosenIpOf, homesOf, hostOf, pairOf, type Seat, type Seats, seatOf, subnetOf } from "./proxies.ts";
import { checkNic, checkPublicIp, checkSubnet, checkVpcRanges } from "./usable.ts";
import { virtualIpsOf } from "./virtual-ips.ts";

export interface Resolving {
  /** The EIPs that the gateways are known by, by the gateways' names. */
  readonly kept?: ReadonlyMap<string, KnownEip>;
  /** To show what is left of it, a gateway whose EIP is gone is no mistake. */
  readonly evenWithoutEip?: boolean;
}

/** @throws Problem spec/unknown-..., spec/ambiguous-..., spec/proxy-... with the place in the file. */
export function resolveGateways(
  file: SpecFile,
  inventory: Inventory,
  { kept, evenWithoutEip = false }: Resolving = {},
): Gateway[] {
  const promised = new Set<string>();
  return file.value.gateways.map((spec, index) => {
    const asked = new Asked(file, spec, index);
    const gateway = new Resolver(asked, inventory, kept?.get(spec.name), promised).gateway();
    if (gateway.missingEip && !evenWithoutEip) throw gateway.missingEip;
    return gateway;
  });
}

interface VpcTables {
  readonly bySubnet: ReadonlyMap<string, RouteTable>;
  /** For subnets that no table names. */
  readonly usual: RouteTable | undefined;
}

/** Of several tables that name a subnet the first counts. */
function tablesBySubnet(tables: readonly RouteTable[]): VpcTables {
  const named = tables.flatMap((table) => table.subnetIds.map((id) => [id, table] as const));
  return { bySubnet: new Map(named.toReversed()), usual: tables.find((one) => one.isDefault) };
}

class Resolver {
  readonly #asked: Asked;
  readonly #inventory: Inventory;
  readonly #keptEip: KnownEip | undefined;
  /** Of the gateway's VPC. */
  #tables: VpcTables | undefined;
  /** Addresses of virtual IPs that are not made yet, of all gateways. */
  readonly #promised: Set<string>;

  constructor(asked: Asked, inventory: Inventory, keptEip: KnownEip | undefined, promised: Set<string>) {
    this.#asked = asked;
    this.#inventory = inventory;
    this.#keptEip = keptEip;
    this.#promised = promised;
  }

  gateway(): Gateway {
    const asked = this.#asked;
    const { spec } = asked;
    const inventory = this.#inventory;
    const vpc = asked.one("vpc", spec.vpc, inventory.vpcs, ["vpc"]);
    checkVpcRanges(asked, vpc);
    this.#checkDestinations(vpc);
    const subnets = this.#subnets(vpc);
    const servers = this.#inventory.serversByVpc.get(vpc.id) ?? [];
    const [first, ...others] = spec.proxies.map((_, at) =>
      seatOf(asked, vpc, at, new Set(subnets.map(({ subnet }) => subnet.id)), inventory),
    );
    if (!first) throw asked.problem("spec/invalid", ["proxies"], "name at least one server", "");
    const seats: Seats = [first, ...others];
    this.#checkSeats(vpc, seats);
    // Where routers have the routes, the recipe says what would loop.
    if (vpc.router === undefined) this.#checkLoop(vpc, seats, subnets);
    const pair =
      seats.length > 1 ? pairOf(asked, homesOf(asked, seats, inventory), this.#promised) : undefined;
    for (const shared of pair ? [pair.inner, pair.outer] : []) {
      const home = inventory.subnetsById.get(shared.subnetId);
      if (home) checkNic(asked, shared, home, shared.name, ["proxies"]);
    }
    const homes = new Set([first.nic.subnetId, first.outside.subnetId]);
    const around = [...homes].flatMap((id) => inventory.nicsBySubnet.get(id) ?? []);
    const leaving = pair ? [] : virtualIpsOf(spec.name, around, inventory.publicIpByNic);
    const found = chosenIpOf(asked, seats, pair, leaving, this.#keptEip, inventory);
    const [chosenIp, missingEip] = found instanceof Problem ? [undefined, found] : [found, undefined];
    if (chosenIp) checkPublicIp(asked, chosenIp, spec.name, ["publicIp"]);
    const place = pair ? pair.outer.nicId : first.outside.id;
    const publicIp = place === undefined ? undefined : inventory.publicIpByNic.get(place);
    const at = (seat: Seat): ProxyServer => ({
      ...seat,
      ownEip: seat.publicIp !== undefined && !(pair && seat.publicIp.id === chosenIp?.id),
      host: hostOf(asked, seat, seats, { publicIp, chosenIp, leaving }),
    });
    const proxies: Gateway["proxies"] = [at(first), ...others.map(at)];
    const served = new Set(subnets.map(({ subnet }) => subnet.id));
    const notServed = (this.#inventory.subnets.get(vpc.id) ?? [])
      .filter((subnet) => !served.has(subnet.id))
      .map((subnet) => this.#withTable(vpc, subnet));
    return {
      spec,
      name: spec.name,
      vpc,
      proxies,
      ...(pair ? { pair } : {}),
      leaving,
      eipOnItsWay: inventory.publicIps.some((eip) => isOnItsWay(spec.name, eip)),
      ...(publicIp ? { publicIp } : {}),
      ...(chosenIp ? { chosenIp } : {}),
      ...(missingEip ? { missingEip } : {}),
      subnets,
      clients: this.#clients(vpc, servers, subnets, seats),
      others: notServed,
      securityGroups: inventory.securityGroups,
      groupMembers: inventory.nicsByGroup,
    };
  }

  /** Routes inside the VPC are the system's and always win, so such a destination could never take effect. */
  #checkDestinations(vpc: Vpc): void {
    const own = vpc.cidrs.flatMap((cidr) => parseRange(cidr) ?? []);
    for (const [position, text] of this.#asked.spec.destinations.entries()) {
      const destination = parseRange(text);
      const inside = destination && own.find((range) => contains(range, destination));
      if (inside) {
        const path = ["destinations", position];
        const hint = "Name destinations outside the VPC; inside it, the cloud routes by itself.";
        throw this.#asked.problem(
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
    const position = this.#asked.spec.destinations.findIndex((destination) => destination !== "0.0.0.0/0");
    if (position < 0) return;
    const own = this.#asked.spec.routeTable === "own";
    for (const { server, nic } of seats) {
      const home = subnetOf(vpc, nic, this.#inventory);
      if (!home) continue;
      const table = this.#tableOf(vpc, home);
      const affected = served.some(
        (one) => one.subnet.id === home.id || (!own && one.table?.id === table.id),
      );
      if (!affected) continue;
      const text = `${server.name} is in ${home.name}, which would get the route to ${this.#asked.spec.destinations[position]} too, and would send those packets to itself`;
      const hint =
        "Use a proxy in a subnet that is not served, with routeTable: own; or leave destinations out.";
      throw this.#asked.problem("spec/destination-loops", ["destinations", position], text, hint);
    }
  }

  #subnets(vpc: Vpc): ServedSubnet[] {
    const known = this.#inventory.subnets.get(vpc.id) ?? [];
    const asked = this.#asked;
    return asked.spec.subnets.map((name, position) => {
      const subnet = asked.one("subnet", name, known, ["subnets", position], ` in ${vpc.name}`);
      checkSubnet(asked, vpc, subnet, ["subnets", position]);
      return this.#withTable(vpc, subnet);
    });
  }

  #checkSeats(vpc: Vpc, seats: Seats): void {
    for (const [at, { server, nic, outside, publicIp }] of seats.entries()) {
      const path = ["proxies", at];
      for (const one of new Set([nic, outside])) {
        const subnet = this.#inventory.subnetsById.get(one.subnetId);
        if (!subnet) continue;
        const home = this.#inventory.vpcs.find(({ id }) => id === subnet.vpcId) ?? vpc;
        checkSubnet(this.#asked, home, subnet, path);
        checkNic(this.#asked, one, subnet, server.name, path);
      }
      if (publicIp) checkPublicIp(this.#asked, publicIp, server.name, path);
    }
  }

  #withTable(vpc: Vpc, subnet: Subnet): ServedSubnet {
    return vpc.router === "none" ? { subnet } : { subnet, table: this.#tableOf(vpc, subnet) };
  }

  #tableOf(vpc: Vpc, subnet: Subnet): RouteTable {
    this.#tables ??= tablesBySubnet(this.#inventory.tables.get(vpc.id) ?? []);
    const table = this.#tables.bySubnet.get(subnet.id) ?? this.#tables.usual;
    if (!table)
      throw this.#asked.problem("spec/no-route-table", ["vpc"], `${vpc.name} has no route table`, "");
    return table;
  }

  #clients(vpc: Vpc, servers: readonly Server[], subnets: readonly ServedSubnet[], seats: Seats): Client[] {
    const proxies = new Set(seats.map(({ server }) => server.id));
    const served = new Map(subnets.map(({ subnet }) => [subnet.id, subnet]));
    return servers
      .filter((server) => !proxies.has(server.id))
      .flatMap((server) => {
        const nics = this.#inventory.nicsByServer.get(server.id) ?? [];
        const eipOf = (nic: Nic) => this.#inventory.publicIpByNic.get(nic.id)?.address;
        // A server between two networks leaves by the NIC that has an EIP; within one VPC, by its main one.
        const elsewhere =
          vpc.router === undefined ? undefined : nics.map(eipOf).find((eip) => eip !== undefined);
        return nics.flatMap((nic): Client[] => {
          const subnet = served.get(nic.subnetId);
          // One without IPv4 is none that a gateway could serve.
          if (!subnet || nic.ip === "") return [];
          const position = subnets.findIndex((one) => one.subnet.id === subnet.id);
          checkNic(this.#asked, nic, subnet, server.name, ["subnets", position]);
          const publicIp = eipOf(nic) ?? elsewhere;
          return [
            { server, ip: nic.ip, subnet, nicId: nic.id, ...(publicIp === undefined ? {} : { publicIp }) },
          ];
        });
      })
      .sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
  }
}

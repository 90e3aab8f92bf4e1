/** The proxies of a gateway: which servers, what they share, by which EIP they are seen and reached. */
import type { Nic, PublicIp, Server, Subnet, Vpc } from "../../cloud/cloud.ts";
import type { HostAddress } from "../../host/host.ts";
import type { Problem } from "../../report/problem.ts";
import {
  behind,
  byJumps,
  innerName,
  loginAt,
  outerName,
  type Pair,
  type ProxyServer,
  type VirtualIp,
} from "../../steps/gateway.ts";
import { chooseEip, type KnownEip } from "../../steps/gateway-eip.ts";
import type { Asked } from "./asked.ts";
import type { Inventory } from "./inventory.ts";
import { type Place, pairIn, virtualIpNamed } from "./virtual-ips.ts";

/** A proxy before it is known how it is reached. */
export type Seat = Omit<ProxyServer, "host" | "ownEip">;
export type Seats = readonly [Seat, ...Seat[]];

export function subnetOf(vpc: Vpc, nic: Nic, { subnets }: Inventory): Subnet | undefined {
  return (subnets.get(vpc.id) ?? []).find((subnet) => subnet.id === nic.subnetId);
}

export interface Homes {
  /** Where the clients' packets come in. */
  readonly inside: Place;
  /** Where they go out: the same subnet, unless the proxies stand between two networks. */
  readonly outside: Place;
}

/** The subnets that both proxies of a pair are in: an address can move within a subnet only. */
export function homesOf(asked: Asked, seats: Seats, inventory: Inventory): Homes {
  const [first] = seats;
  const placeOf = (side: "nic" | "outside", hint: string): Place => {
    const { subnetId, ip } = first[side];
    const nameOf = (id: string): string => inventory.subnetsById.get(id)?.name ?? "another subnet";
    const stray = seats.find((seat) => seat[side].subnetId !== subnetId);
    if (stray) {
      const text = `${stray.server.name} is in ${nameOf(stray[side].subnetId)}, and ${first.server.name} in ${nameOf(subnetId)}`;
      throw asked.problem("spec/pair-in-two-subnets", ["proxies", 1], text, hint);
    }
    const subnet = inventory.subnetsById.get(subnetId);
    if (subnet) return { subnet, nics: inventory.nicsBySubnet.get(subnetId) ?? [] };
    const text = `the subnet of ${first.server.name}'s NIC ${ip} is none that these credentials see`;
    throw asked.problem(
      "spec/subnet-not-seen",
      ["proxies", 0],
      text,
      "The pair needs addresses of its own there.",
    );
  };
  return {
    inside: placeOf(
      "nic",
      "The two proxies of a pair share addresses, so both must be in one subnet, or each have a NIC in the same two.",
    ),
    outside: placeOf(
      "outside",
      "The two proxies of a pair share the address that carries the EIP, so both need their other NIC in one subnet too.",
    ),
  };
}

export function pairOf(asked: Asked, { inside, outside }: Homes, promised: Set<string>): Pair {
  const pair = pairIn(asked.spec.name, { inner: inside, outer: outside }, promised);
  if (pair) return pair;
  const names = new Set([inside.subnet.name, outside.subnet.name]);
  const [where, hint] =
    names.size === 1
      ? [
          `${inside.subnet.name} has no two free addresses`,
          "Free two addresses of the subnet, or use proxies in another one.",
        ]
      : [
          `${[...names].join(" or ")} has no free address`,
          "Free an address of each of the two subnets, or use proxies in others.",
        ];
  const text = `${where} for the virtual IPs of the pair`;
  throw asked.problem("spec/no-free-address", ["proxies"], text, hint);
}

/** @param served ids of the subnets whose packets are to come to the proxy. */
export function seatOf(
  asked: Asked,
  vpc: Vpc,
  position: number,
  served: ReadonlySet<string>,
  inventory: Inventory,
): Seat {
  const inVpc = inventory.serversByVpc.get(vpc.id) ?? [];
  const path = ["proxies", position];
  const name = asked.spec.proxies[position] ?? "";
  const called = inventory.serversByName.get(name) ?? [];
  const here = called.filter((server) => inVpc.includes(server));
  if (called.length > 0 && here.length === 0) {
    const elsewhere = inventory.vpcs.find((other) => other.id === called[0]?.vpcId)?.name ?? "another VPC";
    const hint = `A proxy must be in the VPC of its clients. Servers in ${vpc.name}: ${listOf(inVpc)}.`;
    throw asked.problem(
      "spec/proxy-in-other-vpc",
      path,
      `${name} is in ${elsewhere}, not in ${vpc.name}`,
      hint,
    );
  }
  const server = asked.one("server", name, called.length > 0 ? here : inVpc, path, ` in ${vpc.name}`);
  const hasEip = (nic: Nic): boolean => inventory.publicIpByNic.has(nic.id);
  const subnetIds = new Set((inventory.subnets.get(vpc.id) ?? []).map((subnet) => subnet.id));
  const all = inventory.nicsByServer.get(server.id) ?? [];
  // Where a router takes everybody's packets, the NIC among the clients comes before the one with the EIP.
  const among = (nic: Nic): boolean => vpc.router !== undefined && served.has(nic.subnetId);
  const inner = near(innerName(asked.spec.name), inventory);
  const rank = (nic: Nic): number => 4 * inner(nic) + 2 * Number(among(nic)) + Number(hasEip(nic));
  const nics = all.filter((nic) => subnetIds.has(nic.subnetId)).sort((a, b) => rank(b) - rank(a));
  const nic = nics[0];
  if (!nic) throw asked.problem("spec/proxy-without-nic", path, `${name} has no NIC in ${vpc.name}`, "");
  const outside = vpc.router === undefined ? nic : outsideOf(asked, [nic, ...all], inventory);
  const publicIp = inventory.publicIpByNic.get(outside.id);
  return { server, nic, outside, nics, ...(publicIp ? { publicIp } : {}) };
}

/**
 * How near a NIC is to a virtual IP that is there: 2, bound to it; 1, in its subnet. An EIP that goes to the pair's address
 * leaves the NIC, which must be the same one afterwards.
 */
function near(name: string, { nicsBySubnet }: Inventory): (nic: Nic) => 0 | 1 | 2 {
  return ({ subnetId, ip }) => {
    const found = virtualIpNamed(name, nicsBySubnet.get(subnetId) ?? []);
    if (!found) return 0;
    return found.boundTo.includes(ip) ? 2 : 1;
  };
}

/**
 * Of its NICs, the one that clients' packets come to ahead: the one that has, or had, the EIP; else one that could have it.
 */
function outsideOf({ spec }: Asked, nics: readonly [Nic, ...Nic[]], inventory: Inventory): Nic {
  const outer = near(outerName(spec.name), inventory);
  const leadsOutside = ({ subnetId }: Nic): boolean => {
    const vpcId = inventory.subnetsById.get(subnetId)?.vpcId;
    return inventory.vpcs.find(({ id }) => id === vpcId)?.router === "outside";
  };
  const rank = (nic: Nic): number =>
    4 * outer(nic) + 2 * Number(inventory.publicIpByNic.has(nic.id)) + Number(leadsOutside(nic));
  // The first one of those that are alike.
  return nics.toSorted((a, b) => rank(b) - rank(a))[0] ?? nics[0];
}

/**
 * The EIP that belongs to the only proxy's NIC, or to the outer virtual IP of a pair.
 * @returns why there is none, where `keep` needs one that is there.
 */
export function chosenIpOf(
  asked: Asked,
  seats: Seats,
  pair: Pair | undefined,
  leaving: readonly VirtualIp[],
  recorded: KnownEip | undefined,
  { publicIps }: Inventory,
): PublicIp | Problem | undefined {
  const { name, publicIp: wish } = asked.spec;
  const chosen = chooseEip(publicIps, {
    gateway: name,
    wish,
    place: pair ? pair.outer.nicId : seats[0].outside.id,
    from: pair ? seats.map(({ outside }) => outside.id) : [],
    leaving: leaving.find((one) => one.publicIp)?.nicId,
    recorded: pair ? recorded?.id : undefined,
  });
  if (chosen || wish !== "keep") return chosen;
  if (pair && recorded !== undefined) {
    return asked.problem(
      "spec/pair-eip-gone",
      ["publicIp"],
      `the EIP of the pair${recorded.address === "" ? "" : `, ${recorded.address},`} is gone from the account`,
      `Write another one as publicIp, or allocate; partners that know the old address have to be told. Or bind one to the virtual IP ${pair.outer.ip} yourself.`,
    );
  }
  const names = seats.map(({ server }) => server.name).join(" and ");
  return asked.problem(
    "spec/proxy-without-eip",
    ["proxies", 0],
    seats.length === 1 ? `${names} has no EIP` : `neither of ${names} has an EIP`,
    "Bind an EIP to it, or write publicIp: allocate.",
  );
}

/** A proxy without an EIP of its own is reached through the other one, and where that one is dead, through the EIP that both share. */
export function hostOf(
  { spec }: Asked,
  { server, nic, publicIp }: Seat,
  seats: Seats,
  eips: {
    readonly publicIp: PublicIp | undefined;
    readonly chosenIp: PublicIp | undefined;
    readonly leaving: readonly VirtualIp[];
  },
): HostAddress {
  const { address, user, port, jump } = spec.ssh;
  const login = {
    server: server.name,
    serverId: server.id,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  };
  // One that is bound still leads to where it is.
  const isFree = eips.chosenIp !== undefined && eips.chosenIp.nicId === undefined;
  const future = isFree && seats.length === 1 ? eips.chosenIp?.address : undefined;
  const entries = [...seats, { publicIp: eips.publicIp }, ...eips.leaving].flatMap(
    (one) => one.publicIp ?? [],
  );
  const [door, ...otherDoors] = [...new Set(entries.map((one) => loginAt(one.address, spec.ssh)))].map(
    (one) => behind(jump, one),
  );
  if (address === "public" && !publicIp && !future && door !== undefined) {
    return { ...login, destination: nic.ip, ...byJumps([door, ...otherDoors]) };
  }
  const eip = address === "public" ? (publicIp?.address ?? future) : undefined;
  const named = address === "public" || address === "private" ? nic.ip : address;
  return {
    ...login,
    destination: eip ?? named,
    ...(eip === undefined ? {} : { byEip: true }),
    ...(jump === undefined ? {} : { jump }),
  };
}

function listOf(servers: readonly Server[]): string {
  const names = servers.map((server) => server.name).sort();
  return names.length === 0 ? "none" : names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
}

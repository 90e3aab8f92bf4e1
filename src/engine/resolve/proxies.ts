/** The proxies of a gateway: which servers, what they share, by which EIP they are seen and reached. */
import type { Nic, PublicIp, Server, Subnet, Vpc } from "../../cloud/cloud.ts";
import type { HostAddress } from "../../host/host.ts";
import { loginAt, type Pair, type ProxyServer, type VirtualIp } from "../../steps/gateway.ts";
import { chooseEip } from "../../steps/gateway-eip.ts";
import type { Asked } from "./asked.ts";
import type { Inventory } from "./inventory.ts";
import { pairIn } from "./virtual-ips.ts";

/** A proxy before it is known how it is reached. */
export type Seat = Omit<ProxyServer, "host" | "ownEip">;
export type Seats = readonly [Seat, ...Seat[]];

export function subnetOf(vpc: Vpc, nic: Nic, { subnets }: Inventory): Subnet | undefined {
  return (subnets.get(vpc.id) ?? []).find((subnet) => subnet.id === nic.subnetId);
}

/** The subnet of the proxies; that of a pair is one, since an address can move within a subnet only. */
export function homeOf(asked: Asked, vpc: Vpc, [first, ...others]: Seats, inventory: Inventory): Subnet {
  const home = subnetOf(vpc, first.nic, inventory);
  if (!home)
    throw asked.problem(
      "spec/proxy-without-nic",
      ["proxies", 0],
      `${first.server.name} has no NIC in ${vpc.name}`,
      "",
    );
  const stray = others.find((one) => one.nic.subnetId !== home.id);
  if (!stray) return home;
  const there = subnetOf(vpc, stray.nic, inventory)?.name ?? "another subnet";
  const text = `${stray.server.name} is in ${there}, and ${first.server.name} in ${home.name}`;
  const hint = "The two proxies of a pair share addresses, so both must be in one subnet.";
  throw asked.problem("spec/pair-in-two-subnets", ["proxies", 1], text, hint);
}

export function pairOf(asked: Asked, home: Subnet, nics: readonly Nic[], promised: Set<string>): Pair {
  const pair = pairIn(asked.spec.name, home, nics, promised);
  if (pair) return pair;
  const hint = "Free two addresses of the subnet, or use proxies in another one.";
  throw asked.problem(
    "spec/no-free-address",
    ["proxies"],
    `${home.name} has no two free addresses for the virtual IPs of the pair`,
    hint,
  );
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
  const rank = (nic: Nic): number => 2 * Number(among(nic)) + Number(hasEip(nic));
  const nics = all.filter((nic) => subnetIds.has(nic.subnetId)).sort((a, b) => rank(b) - rank(a));
  const nic = nics[0];
  if (!nic) throw asked.problem("spec/proxy-without-nic", path, `${name} has no NIC in ${vpc.name}`, "");
  const outside = vpc.router === undefined || hasEip(nic) ? nic : outsideOf(nic, all, inventory);
  const publicIp = inventory.publicIpByNic.get(outside.id);
  return { server, nic, outside, nics, ...(publicIp ? { publicIp } : {}) };
}

/** The NIC that has an EIP, or that could have one; else the one that the clients' packets come to. */
function outsideOf(nic: Nic, all: readonly Nic[], inventory: Inventory): Nic {
  const leadsOutside = new Set(
    inventory.vpcs.flatMap(({ id, router }) =>
      router === "outside" ? (inventory.subnets.get(id) ?? []).map((subnet) => subnet.id) : [],
    ),
  );
  return (
    all.find((one) => inventory.publicIpByNic.has(one.id)) ??
    [nic, ...all].find((one) => leadsOutside.has(one.subnetId)) ??
    nic
  );
}

/** The EIP that belongs to the only proxy's NIC, or to the outer virtual IP of a pair. `keep` needs one that is there. */
export function chosenIpOf(
  asked: Asked,
  seats: Seats,
  pair: Pair | undefined,
  leaving: readonly VirtualIp[],
  { publicIps }: Inventory,
): PublicIp | undefined {
  const { name, publicIp: wish } = asked.spec;
  const chosen = chooseEip(publicIps, {
    gateway: name,
    wish,
    place: pair ? pair.outer.nicId : seats[0].outside.id,
    from: pair ? seats.map(({ outside }) => outside.id) : [],
    leaving: leaving.find((one) => one.publicIp)?.nicId,
  });
  if (chosen || wish !== "keep") return chosen;
  const names = seats.map(({ server }) => server.name).join(" and ");
  throw asked.problem(
    "spec/proxy-without-eip",
    ["proxies", 0],
    seats.length === 1 ? `${names} has no EIP` : `neither of ${names} has an EIP`,
    "Bind an EIP to it, or write publicIp: allocate.",
  );
}

/** A proxy without an EIP of its own is reached through the other one, or through the EIP that both share. */
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
  const entry =
    seats.find((seat) => seat.publicIp)?.publicIp ??
    eips.publicIp ??
    eips.leaving.find((one) => one.publicIp)?.publicIp;
  if (address === "public" && !publicIp && !future && entry) {
    const door = loginAt(entry.address, spec.ssh);
    return { ...login, destination: nic.ip, jump: jump === undefined ? door : `${jump},${door}` };
  }
  const reached = { public: publicIp?.address ?? future ?? nic.ip, private: nic.ip }[address] ?? address;
  return { ...login, destination: reached, ...(jump === undefined ? {} : { jump }) };
}

function listOf(servers: readonly Server[]): string {
  const names = servers.map((server) => server.name).sort();
  return names.length === 0 ? "none" : names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
}

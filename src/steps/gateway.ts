/** A gateway of the spec with every name looked up: what the steps and checks are made from. */
import type {
  AddressPair,
  CloudTraits,
  Nic,
  PublicIp,
  Route,
  RouteTable,
  SecurityGroup,
  Server,
  Subnet,
  Vpc,
} from "../cloud/cloud.ts";
import type { HostAddress } from "../host/host.ts";
import type { Problem } from "../report/problem.ts";
import type { GatewaySpec } from "../spec/spec.ts";

export interface ProxyServer {
  readonly server: Server;
  /** The NIC that clients' packets come to. */
  readonly nic: Nic;
  /** The NIC that the EIP is bound to: the same one, unless the proxy stands between two networks. */
  readonly outside: Nic;
  /** NICs of the server in the VPC, the main one first. */
  readonly nics: readonly Nic[];
  readonly publicIp?: PublicIp;
  /** It has an EIP of its own when everything is done: in a pair, that of one proxy may move to the virtual IP. */
  readonly ownEip: boolean;
  readonly host: HostAddress;
}

/** An address that moves between the two proxies of a pair. */
export interface VirtualIp {
  readonly name: string;
  /** As the cloud has it, or the free address that it will get. */
  readonly ip: string;
  /** Its NIC, once it is there. */
  readonly nicId?: string;
  /** Addresses of the NICs that it is bound to. */
  readonly boundTo: readonly string[];
  readonly publicIp?: PublicIp;
}

/** A virtual IP of a pair: both proxies have a NIC in its subnet. */
export interface SharedIp extends VirtualIp {
  readonly subnetId: string;
  readonly subnetName: string;
}

/** What two proxies share. Both addresses are in one subnet, unless the proxies stand between two networks. */
export interface Pair {
  /** The next hop of the route. */
  readonly inner: SharedIp;
  /** Carries the EIP; what leaves is translated to it. */
  readonly outer: SharedIp;
}

/** The proxy stands between two networks: clients' packets come to one NIC, and leave by another one. */
export function isBetween({ nic, outside }: ProxyServer): boolean {
  return nic.id !== outside.id;
}

export interface ServedSubnet {
  readonly subnet: Subnet;
  /** The table the subnet uses now; none where a network has no router. */
  readonly table?: RouteTable;
}

export interface Client {
  readonly server: Server;
  readonly ip: string;
  readonly subnet: Subnet;
  readonly nicId: string;
  /** Has an EIP of its own, on this NIC or another one, and so does not use the gateway. */
  readonly publicIp?: string;
}

export interface Gateway {
  readonly spec: GatewaySpec;
  readonly name: string;
  readonly vpc: Vpc;
  /** One, or the two of a pair, in the order of the spec. */
  readonly proxies: readonly [ProxyServer, ...ProxyServer[]];
  readonly pair?: Pair;
  /** Virtual IPs of the pair that this gateway was before, as long as they are there. */
  readonly leaving: readonly VirtualIp[];
  /** A run that was killed has left the EIP free on its way between two NICs: a proxy may be out of reach until it arrives. */
  readonly eipOnItsWay: boolean;
  /** The address that hosts outside see; absent while it is not bound to where it belongs. */
  readonly publicIp?: PublicIp;
  /** The EIP that is there when everything is done; absent while it is still to be allocated. */
  readonly chosenIp?: PublicIp;
  /** Why there is no EIP to keep. */
  readonly missingEip?: Problem;
  readonly subnets: readonly ServedSubnet[];
  readonly clients: readonly Client[];
  /** Subnets of the VPC that are not served, with the table they use: for naming who shares a table. */
  readonly others: readonly ServedSubnet[];
  readonly securityGroups: readonly SecurityGroup[];
  /** NICs by the security groups that they are in. */
  readonly groupMembers: ReadonlyMap<string, readonly Nic[]>;
}

/** What is known of the cloud, beside the gateway's objects. */
export interface Facts extends CloudTraits {
  /** What opens a NIC of this gateway to every address, in the order in which it is tried. */
  readonly anyAddressPairs: readonly (readonly AddressPair[])[];
}

/** Ranges of the served subnets. */
export function served({ subnets }: Gateway): string[] {
  return subnets.map(({ subnet }) => subnet.cidr).sort();
}

/** Marks an object of the cloud as made by Wayout for this gateway. */
export function ownMark(gateway: string): string {
  return `wayout:${gateway}`;
}

/** The description says that another gateway made it. */
export function isMarkOfAnother(gateway: string, description: string): boolean {
  return description.startsWith("wayout:") && description !== ownMark(gateway);
}

/** Name of an EIP that is on its way between two NICs, ahead of its own name: it is the gateway's. */
export function movingMark(gateway: string): string {
  return `wayout-${gateway}.moving.`;
}

/** The NIC is the virtual IP of that name: it is no server's. */
export function isVirtualIp(name: string, nic: Pick<Nic, "name" | "serverId">): boolean {
  return nic.name === name && nic.serverId === "";
}

export function innerName(gateway: string): string {
  return `${ownName(gateway)}-inner`;
}

export function outerName(gateway: string): string {
  return `${ownName(gateway)}-outer`;
}

/** Each NIC has a group of its own; its name must fit into the 64 characters that OTC takes. */
export function securityGroupName(gateway: string, nicName: string, ip: string): string {
  const name = `${ownName(gateway)}-${nicName}`;
  return name.length <= 64 ? name : `${ownName(gateway)}-${ip}`;
}

/** A login as ssh -J takes it. */
export function loginAt(
  destination: string,
  ssh: { readonly user?: string | undefined; readonly port?: number | undefined },
): string {
  const { user, port } = ssh;
  return `${user === undefined ? "" : `${user}@`}${destination}${port === undefined ? "" : `:${port}`}`;
}

/** For ssh's -J: the login as a jump host, the nearest one first. */
export function behind(jump: string | undefined, login: string): string {
  return jump === undefined ? login : `${jump},${login}`;
}

/** By the first of these jump hosts; where that leads nowhere, by the others. */
export function byJumps([jump, ...otherJumps]: readonly [string, ...string[]]): Pick<
  HostAddress,
  "jump" | "otherJumps"
> {
  return otherJumps.length > 0 ? { jump, otherJumps } : { jump };
}

/** Name of the objects that Wayout makes for a gateway: the EIP, the security group, the route table. */
export function ownName(gateway: string): string {
  return `wayout-${gateway}`;
}

/** Wayout made it, for this gateway or another one. */
export function isOwnName(name: string): boolean {
  return name.startsWith(ownName(""));
}

export function routeTo(table: RouteTable, destination: string): Route | undefined {
  return table.routes.find((route) => route.destination === destination);
}

/**
 * The cloud as Wayout needs it, in OTC's words. A driver (otc/, openstack/) turns these into API calls.
 * Ids are the cloud's own and opaque here; `Subnet.id` is the id that route tables and NICs use.
 */

export interface Vpc {
  readonly id: string;
  readonly name: string;
  /** Primary range first, then secondary ones. */
  readonly cidrs: readonly string[];
  /** The platform already gives the whole VPC a way out (OTC "shared SNAT"). */
  readonly sharedSnat: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly gatewayIp: string;
  /** DNS servers that the cloud hands to servers of the subnet. */
  readonly dns: readonly string[];
}

export interface ServerAddress {
  readonly ip: string;
  readonly nicId: string;
  readonly mac: string;
  /** EIP bound to this NIC, if any. */
  readonly publicIp?: string;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  /** As the cloud says it: ACTIVE, SHUTOFF, ... */
  readonly status: string;
  readonly vpcId: string;
  readonly addresses: readonly ServerAddress[];
  readonly securityGroupIds: readonly string[];
  /** The operating system in the cloud's own word: Linux, Windows; absent where the cloud does not say. */
  readonly osType?: string;
}

export interface AddressPair {
  readonly ip_address: string;
  readonly mac_address?: string;
}

export interface Nic {
  readonly id: string;
  readonly name: string;
  /** Empty for a virtual IP and other ports without a server. */
  readonly serverId: string;
  readonly subnetId: string;
  readonly ip: string;
  readonly mac: string;
  /** Who uses the port, as the cloud says it: compute:eu-de-01, neutron:VIP_PORT, network:dhcp ... */
  readonly owner: string;
  readonly securityGroupIds: readonly string[];
  /** Which other addresses the NIC may use; a pair of prefix length 0 switches the source/destination check off. */
  readonly addressPairs: readonly AddressPair[];
}

export type NextHopType = "ecs" | "eni" | "vip" | "nat" | "peering" | "vpn" | "dc" | "er" | "local" | "other";

export interface Route {
  readonly destination: string;
  readonly type: NextHopType;
  /** Server id for `ecs`, NIC id for `eni`, the address itself for `vip`. */
  readonly nextHop: string;
  readonly description: string;
}

export interface RouteTable {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly routes: readonly Route[];
  readonly subnetIds: readonly string[];
}

export interface PublicIp {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  /** The NIC or virtual IP it is bound to. */
  readonly nicId?: string;
  readonly privateIp?: string;
}

export interface SecurityGroupRuleSpec {
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  /** null: every protocol. */
  readonly protocol: string | null;
  readonly portMin: number | null;
  readonly portMax: number | null;
  readonly remoteCidr: string | null;
  readonly remoteGroupId: string | null;
  readonly description: string;
}

export interface SecurityGroupRule extends SecurityGroupRuleSpec {
  readonly id: string;
  readonly groupId: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly rules: readonly SecurityGroupRule[];
}

export interface Quota {
  readonly resource:
    | "route-tables"
    | "routes-per-table"
    | "public-ips"
    | "security-groups"
    | "security-group-rules";
  readonly used: number;
  /** -1: no limit. */
  readonly limit: number;
}

/** What differs between clouds and decides how a step works; a fact, never a guess. */
export interface CloudTraits {
  readonly name: string;
  /** The pair that opens a NIC to every address: 1.1.1.1/0 on OTC and Huawei (0.0.0.0/0 is refused there). */
  readonly anyAddressPair: AddressPair;
  /** A virtual IP can be the next hop of a route. */
  readonly vipNextHop: boolean;
  /** A server's own EIP wins over a 0.0.0.0/0 route, so the proxy does not loop over its own route. */
  readonly eipBeforeRoute: boolean;
}

/** Reads only. A plan gets nothing else. Each list is read page by page, never object by object. */
export interface CloudReader {
  readonly traits: CloudTraits;
  vpcs(): Promise<readonly Vpc[]>;
  subnets(vpcId?: string): Promise<readonly Subnet[]>;
  servers(): Promise<readonly Server[]>;
  server(id: string): Promise<Server | undefined>;
  /** All NICs, or those of one subnet or server. */
  nics(filter?: { readonly subnetId?: string; readonly serverId?: string }): Promise<readonly Nic[]>;
  nic(id: string): Promise<Nic | undefined>;
  /** All route tables, or those of one VPC, with their routes. */
  routeTables(vpcId?: string): Promise<readonly RouteTable[]>;
  routeTable(id: string): Promise<RouteTable | undefined>;
  publicIps(): Promise<readonly PublicIp[]>;
  securityGroups(): Promise<readonly SecurityGroup[]>;
  securityGroup(id: string): Promise<SecurityGroup | undefined>;
  quotas(): Promise<readonly Quota[]>;
}

/**
 * Reads and writes. Every write is safe to repeat: "already there" and "already gone" are successes.
 * A write returns when the cloud has accepted it and a read shows it.
 */
export interface Cloud extends CloudReader {
  setAddressPairs(nicId: string, pairs: readonly AddressPair[]): Promise<void>;
  setNicSecurityGroups(nicId: string, groupIds: readonly string[]): Promise<void>;
  createSecurityGroup(group: { readonly name: string; readonly description: string }): Promise<SecurityGroup>;
  deleteSecurityGroup(id: string): Promise<void>;
  addSecurityGroupRule(groupId: string, rule: SecurityGroupRuleSpec): Promise<void>;
  deleteSecurityGroupRule(id: string): Promise<void>;
  addRoute(tableId: string, route: Route): Promise<void>;
  /** In place, without a moment in which the destination has no route. */
  changeRoute(tableId: string, route: Route): Promise<void>;
  deleteRoute(tableId: string, route: Route): Promise<void>;
  createRouteTable(table: {
    readonly vpcId: string;
    readonly name: string;
    readonly description: string;
    readonly routes: readonly Route[];
  }): Promise<RouteTable>;
  deleteRouteTable(id: string): Promise<void>;
  /** Moves the subnets to this table directly from the one they use now. */
  associateSubnets(tableId: string, subnetIds: readonly string[]): Promise<void>;
  /** Puts the subnets back to the VPC's default table. */
  disassociateSubnets(tableId: string, subnetIds: readonly string[]): Promise<void>;
  allocatePublicIp(wish: { readonly name: string; readonly bandwidthMbit: number }): Promise<PublicIp>;
  releasePublicIp(id: string): Promise<void>;
  bindPublicIp(id: string, nicId: string): Promise<void>;
  unbindPublicIp(id: string): Promise<void>;
  /**
   * From the NIC it is bound to, if any, to another one. No cloud does it in one call: in between the EIP is free and
   * bears the name `mark`, so that whoever finds it knows whose it is.
   */
  movePublicIp(id: string, nicId: string, mark: string): Promise<void>;
  /** A virtual IP of the subnet that is bound to no NIC yet; `setAddressPairs` binds it. */
  createVirtualIp(wish: {
    readonly subnetId: string;
    readonly name: string;
    readonly ip: string;
  }): Promise<Nic>;
  deleteVirtualIp(id: string): Promise<void>;
}

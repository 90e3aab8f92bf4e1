/**
 * The cloud as Wayout needs it, in OTC's words. A driver (otc/, openstack/) turns these into API calls.
 * Ids are the cloud's own and opaque here; `Subnet.id` is the id that route tables and NICs use.
 */

export interface Vpc {
  readonly id: string;
  readonly name: string;
  /** Primary range first, then secondary ones. */
  readonly cidrs: readonly string[];
  /** The platform already gives the whole VPC a way out (OTC "shared SNAT", a Neutron router's `enable_snat`). */
  readonly sharedSnat: boolean;
  /**
   * What the VPC's router leads to: `outside`, or `inside` to the VPC's subnets alone. `none`: a network without a router.
   * Absent where every VPC has a way out for its EIPs, as on OTC.
   */
  readonly router?: "outside" | "inside" | "none";
}

/** A route that servers learn by DHCP (RFC 3442). */
export interface HostRoute {
  readonly destination: string;
  /** The address of a neighbour in the subnet. */
  readonly nextHop: string;
}

/** What a subnet tells its servers. They learn of a change when they renew their lease. */
export interface SubnetDhcp {
  readonly enabled: boolean;
  readonly hostRoutes: readonly HostRoute[];
  /** The addresses that the cloud hands out by itself, first and last ones. Neutron takes none of them for a gateway. */
  readonly pools: readonly { readonly first: string; readonly last: string }[];
  /** Who has the gateway's address. */
  readonly gatewayOf: "router" | "nobody" | "other";
  /** The gateway of the cloud's metadata service where the subnet has no router: the DHCP server's own address. */
  readonly metadataBy?: string;
  /** Marks of gateways that changed any of it: wayout:egress. */
  readonly marks: readonly string[];
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly cidr: string;
  /** "": none. */
  readonly gatewayIp: string;
  /** DNS servers that the cloud hands to servers of the subnet. */
  readonly dns: readonly string[];
  /** Absent where it is the cloud's own business, as on OTC. */
  readonly dhcp?: SubnetDhcp;
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

/** A DHCP option of one NIC, by dnsmasq's name or its number; it stands above the subnet's. */
export interface DhcpOption {
  readonly name: string;
  readonly value: string;
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
  /** Absent where the cloud does not say. Off: neither the check nor security groups. */
  readonly portSecurity?: boolean;
  /** Absent where NICs have none of their own. */
  readonly dhcpOptions?: readonly DhcpOption[];
}

/** What stands between a NIC and the network; `off` leaves nothing of it. */
export type NicProtection =
  | { readonly portSecurity: false }
  | {
      readonly portSecurity: true;
      readonly securityGroupIds: readonly string[];
      readonly addressPairs: readonly AddressPair[];
    };

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

/** The cloud's own, managed one. */
export interface NatGateway {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  /** As the cloud says it: ACTIVE, PENDING_CREATE, ... */
  readonly status: string;
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
  /** Port security of a NIC can be switched off as a whole. */
  readonly portSecurityOff: boolean;
  /**
   * Who has routes: `tables`, of which each subnet uses one, or the VPC's `router`, which sends everything that comes to it
   * by them, what the proxy itself sends too.
   */
  readonly routes: "tables" | "router";
  /** Lists of route tables come without routes, so that reading a table costs a call. Absent: they come with them. */
  readonly routesReadByTable?: boolean;
  /** What a subnet tells its servers by DHCP can be changed: its gateway, its host routes, and those of one NIC. */
  readonly dhcp: boolean;
  /** A virtual IP can be the next hop of a route. */
  readonly vipNextHop: boolean;
  /** A server's own EIP wins over a 0.0.0.0/0 route, so the proxy does not loop over its own route. */
  readonly eipBeforeRoute: boolean;
  /** An edit of a security group may end inbound connections of its members. Absent: nothing says that it does. */
  readonly groupEditsEndConnections?: true;
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
  /** All managed NAT gateways, or those of one VPC; none where the cloud has no such thing. */
  natGateways(vpcId?: string): Promise<readonly NatGateway[]>;
  quotas(): Promise<readonly Quota[]>;
  /**
   * What opens a NIC to every address, to be tried in this order: some clouds refuse the one, some the other.
   * @param withVirtualIps the NIC answers for virtual IPs too, which not everything that opens a NIC lets it do.
   */
  anyAddressPairs(withVirtualIps: boolean): Promise<readonly (readonly AddressPair[])[]>;
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
  /** @param wish `forNic` tells which of several networks of public addresses it has to come from. */
  allocatePublicIp(wish: {
    readonly name: string;
    readonly bandwidthMbit: number;
    readonly forNic?: string;
  }): Promise<PublicIp>;
  releasePublicIp(id: string): Promise<void>;
  bindPublicIp(id: string, nicId: string): Promise<void>;
  /** Free, and under its own name where a move by `mark` was cut short. */
  unbindPublicIp(id: string, mark: string): Promise<void>;
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
  /** Port security, groups and pairs in one call: none of the three can be changed by itself where it is off. */
  setNicProtection(nicId: string, protection: NicProtection): Promise<void>;
  /** Replaces the whole list. */
  setDhcpOptions(nicId: string, options: readonly DhcpOption[]): Promise<void>;
  /** "" for none. */
  setSubnetGateway(subnetId: string, ip: string): Promise<void>;
  /** Replaces the whole list. */
  setHostRoutes(subnetId: string, routes: readonly HostRoute[]): Promise<void>;
  /** Whose work a subnet's settings are, where the cloud lets an object be marked. */
  markSubnet(subnetId: string, mark: string, present: boolean): Promise<void>;
}

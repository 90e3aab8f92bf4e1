/**
 * The lab cloud's objects, as plain data. The API changes them; the fabric makes packets follow them.
 * Ids follow section 2.3 of the OTC identifier map: a subnet's id is its network id; `neutronSubnetId` is the other one.
 */
import { randomUUID } from "node:crypto";

/** Whose APIs and rules the lab has: Open Telekom Cloud's, or those of a plain OpenStack. */
export type LabCloudKind = "otc" | "huawei" | "openstack";

export interface LabVpc {
  readonly id: string;
  name: string;
  description: string;
  cidr: string;
  /** What the router leads to: always `outside` on OTC. `none`: a network without a router. */
  readonly router: "outside" | "inside" | "none";
  /** Of the router, on OpenStack. */
  readonly tags: readonly string[];
  readonly createdAt: string;
}

export interface LabSubnet {
  /** Network id, as v1 subnets, NICs and route tables use it. */
  readonly id: string;
  readonly neutronSubnetId: string;
  readonly vpcId: string;
  name: string;
  readonly cidr: string;
  readonly gatewayIp: string;
  /** What its servers are told by DHCP, on OpenStack. */
  readonly hostRoutes: readonly LabHostRoute[];
  readonly tags: readonly string[];
  readonly createdAt: string;
}

export interface LabHostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

/** Of a port, above what its subnet says; dnsmasq's names. */
export interface LabDhcpOption {
  readonly opt_name: string;
  readonly opt_value: string;
}

export interface LabAddressPair {
  readonly ip_address: string;
  readonly mac_address?: string;
}

export interface LabPort {
  readonly id: string;
  name: string;
  readonly subnetId: string;
  readonly mac: string;
  readonly ip: string;
  /** Empty for virtual IPs. */
  serverId: string;
  /** compute:<zone>, neutron:VIP_PORT, network:router_interface_distributed or "". */
  owner: string;
  securityGroupIds: string[];
  addressPairs: LabAddressPair[];
  portSecurity: boolean;
  dhcpOptions: readonly LabDhcpOption[];
  readonly createdAt: string;
}

/** `machine`: Debian booted with an init system; `light`: namespaces, own root overlay, sshd, no init. */
export type LabServerKind = "machine" | "light";
/** Which root image a server starts from. `sysv` stands for the manual's CentOS 6.5: iptables-legacy, no nft, no systemd. */
export type LabImageName = "debian" | "sysv";

export interface LabServer {
  readonly id: string;
  readonly name: string;
  readonly kind: LabServerKind;
  readonly image: LabImageName;
  readonly zone: string;
  /** Nova's word: BUILD, ACTIVE, SHUTOFF, REBOOT, ERROR. */
  status: "BUILD" | "ACTIVE" | "SHUTOFF" | "REBOOT" | "ERROR";
  readonly keyName: string;
  readonly userData: string;
  readonly createdAt: string;
}

export interface LabRoute {
  readonly type: "ecs" | "eni" | "vip" | "nat" | "peering" | "vpn" | "dc" | "er";
  readonly destination: string;
  readonly nexthop: string;
  readonly description: string;
}

/** `local` routes are not stored: they follow from the VPC's subnets. */
export interface LabRouteTable {
  readonly id: string;
  name: string;
  description: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  routes: LabRoute[];
  /** Subnets (network ids) that use this table. Every subnet is in exactly one table of its VPC. */
  subnetIds: string[];
  readonly createdAt: string;
}

export interface LabPublicIp {
  readonly id: string;
  readonly address: string;
  alias: string;
  readonly bandwidthMbit: number;
  readonly bandwidthName: string;
  /** "" when unbound. */
  portId: string;
  readonly createdAt: string;
}

export interface LabSecurityGroupRule {
  readonly id: string;
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  /** null: any. A name (tcp, udp, icmp) or a number as text. */
  readonly protocol: string | null;
  readonly portMin: number | null;
  readonly portMax: number | null;
  readonly remoteCidr: string | null;
  readonly remoteGroupId: string | null;
  readonly description: string;
}

export interface LabSecurityGroup {
  readonly id: string;
  name: string;
  description: string;
  rules: LabSecurityGroupRule[];
  readonly createdAt: string;
}

export interface LabProject {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly domainName: string;
  readonly region: string;
}

/** How much the project may have; -1: no limit. Named as VPC v1 names them in `GET /v1/{project}/quotas`, servers as ECS does. */
export interface LabQuotas {
  readonly vpcs: number;
  readonly subnets: number;
  readonly publicIps: number;
  readonly securityGroups: number;
  /** In the whole project. */
  readonly securityGroupRules: number;
  /** Including the default one. */
  readonly routeTablesPerVpc: number;
  /** Without the `local` ones. */
  readonly routesPerTable: number;
  readonly servers: number;
}

/** VPC API, "Querying Quotas" (example answer) and the user guide's limits of route tables. */
export const defaultQuotas: LabQuotas = {
  vpcs: 150,
  subnets: 400,
  publicIps: 50,
  securityGroups: 100,
  securityGroupRules: 5000,
  routeTablesPerVpc: 10,
  routesPerTable: 200,
  servers: 1000,
};

export const noQuotas: LabQuotas = {
  vpcs: -1,
  subnets: -1,
  publicIps: -1,
  securityGroups: -1,
  securityGroupRules: -1,
  routeTablesPerVpc: -1,
  routesPerTable: -1,
  servers: -1,
};

/** The ports, found by subnet and by server without a scan. Kept right by `set` and `delete`. */
class LabPorts extends Map<string, LabPort> {
  readonly #bySubnet = new Map<string, Map<string, string>>();
  readonly #byServer = new Map<string, Set<string>>();

  override set(id: string, port: LabPort): this {
    const old = this.get(id);
    if (old && (old.subnetId !== port.subnetId || old.ip !== port.ip || old.serverId !== port.serverId)) {
      this.#forget(old);
    }
    const addresses = this.#bySubnet.get(port.subnetId) ?? new Map<string, string>();
    this.#bySubnet.set(port.subnetId, addresses.set(port.ip, id));
    if (port.serverId !== "") {
      this.#byServer.set(port.serverId, (this.#byServer.get(port.serverId) ?? new Set<string>()).add(id));
    }
    return super.set(id, port);
  }

  override delete(id: string): boolean {
    const port = this.get(id);
    if (port) this.#forget(port);
    return super.delete(id);
  }

  override clear(): void {
    this.#bySubnet.clear();
    this.#byServer.clear();
    super.clear();
  }

  /** The id of the port that has this address. */
  withAddress(subnetId: string, ip: string): string | undefined {
    return this.#bySubnet.get(subnetId)?.get(ip);
  }

  inSubnet(subnetId: string): LabPort[] {
    return this.#pick(this.#bySubnet.get(subnetId)?.values() ?? []);
  }

  /** The first one is the server's primary NIC. */
  ofServer(serverId: string): LabPort[] {
    return this.#pick(this.#byServer.get(serverId) ?? []);
  }

  #pick(ids: Iterable<string>): LabPort[] {
    return [...ids].flatMap((id) => this.get(id) ?? []);
  }

  #forget(port: LabPort): void {
    this.#bySubnet.get(port.subnetId)?.delete(port.ip);
    this.#byServer.get(port.serverId)?.delete(port.id);
  }
}

const homes: Readonly<Record<LabCloudKind, Pick<LabProject, "region" | "domainName">>> = {
  otc: { region: "eu-de", domainName: "OTC-LAB-00000000001000000001" },
  huawei: { region: "ap-southeast-3", domainName: "hwid-lab" },
  openstack: { region: "eu-de", domainName: "OTC-LAB-00000000001000000001" },
};

/**
 * Everything the lab's cloud knows. The operations of the API (api/operations) replace an object to change it
 * and never change one in place, so an object once read stays what it was.
 */
export class LabState {
  readonly project: LabProject;
  readonly cloud: LabCloudKind;
  quotas: LabQuotas = defaultQuotas;
  /** How many MAC addresses were given out; the next one follows from it. */
  macCount = 0;
  readonly vpcs = new Map<string, LabVpc>();
  readonly subnets = new Map<string, LabSubnet>();
  readonly ports = new LabPorts();
  readonly servers = new Map<string, LabServer>();
  readonly routeTables = new Map<string, LabRouteTable>();
  readonly publicIps = new Map<string, LabPublicIp>();
  readonly securityGroups = new Map<string, LabSecurityGroup>();

  constructor(cloud: LabCloudKind = "otc") {
    this.cloud = cloud;
    const { region, domainName } = homes[cloud];
    const domainId = hexId();
    this.project = {
      id: hexId(),
      name: `${region}_lab`,
      domainId,
      domainName,
      region,
    };
  }
}

/** Keystone's form of an id: 32 hex digits without dashes. */
export function hexId(): string {
  return randomUUID().replaceAll("-", "");
}

/** The lab's VPC resolver, inside OTC's local 100.64.0.0/10: reached without a way out. */
export const vpcDnsAddress = "100.125.4.25";
/** EIPs are taken from here. */
export const publicRange = "203.0.113.0/24";
/** The Internet's hosts, all inside one namespace. */
export const internetHosts = {
  /** Answers ping, HTTP, HTTPS and UDP echo with the address it saw; serves a large file and the Debian mirror. */
  site: "198.51.100.10",
  /** A second site, so that "several targets" is true. */
  other: "198.51.100.20",
  /** Public DNS server. */
  dns: "198.51.100.53",
  /** Debian mirror. */
  mirror: "198.51.100.80",
} as const;
export const internetNames = {
  site: "site.example",
  other: "other.example",
  mirror: "deb.example",
} as const;

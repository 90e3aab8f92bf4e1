/**
 * The lab cloud's objects, as plain data. The API changes them; the fabric makes packets follow them.
 * Ids follow section 2.3 of the OTC identifier map: a subnet's id is its network id; `neutronSubnetId` is the other one.
 */
import { randomUUID } from "node:crypto";

export interface LabVpc {
  readonly id: string;
  name: string;
  description: string;
  cidr: string;
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
  readonly createdAt: string;
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

/** Everything the lab's cloud knows. */
export class LabState {
  readonly project: LabProject;
  readonly vpcs = new Map<string, LabVpc>();
  readonly subnets = new Map<string, LabSubnet>();
  readonly ports = new Map<string, LabPort>();
  readonly servers = new Map<string, LabServer>();
  readonly routeTables = new Map<string, LabRouteTable>();
  readonly publicIps = new Map<string, LabPublicIp>();
  readonly securityGroups = new Map<string, LabSecurityGroup>();

  constructor(region = "eu-de") {
    const domainId = hexId();
    this.project = {
      id: hexId(),
      name: `${region}_lab`,
      domainId,
      domainName: "OTC-LAB-00000000001000000001",
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

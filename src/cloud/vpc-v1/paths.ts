import type { PortsPath } from "../neutron/ports.ts";

/** What one cloud with VPC API v1 has in other places than another. */
export interface VpcV1Paths {
  readonly ports: PortsPath;
  /** On the NAT service's host. */
  readonly natGateways: string;
}

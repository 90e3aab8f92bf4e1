/** Networks of plain OpenStack, for tests of what is looked up in them. */
import type { Subnet, Vpc } from "../../../cloud/cloud.ts";

export function subnetOfVpc(id: string, vpcId: string): Subnet {
  return { id, name: id, vpcId, cidr: "192.168.125.0/24", gatewayIp: "192.168.125.1", dns: [] };
}

export function router(name: string, leads: "outside" | "inside"): Vpc {
  return { id: name, name, cidrs: [], sharedSnat: false, router: leads };
}

import type { LabCloudKind } from "../../state.ts";
import type { Endpoint } from "../endpoint.ts";
import { extensionEndpoints } from "./extensions.ts";
import { floatingIpEndpoints } from "./floating-ips.ts";
import { natGatewayEndpoints } from "./nat-gateways.ts";
import { networkEndpoints } from "./networks.ts";
import { peeringRouteEndpoints } from "./peering-routes.ts";
import { portEndpoints } from "./ports.ts";
import { neutronQuotaEndpoints, quotaDetailEndpoints } from "./quotas.ts";
import { routerEndpoints } from "./routers.ts";
import { securityGroupRuleEndpoints } from "./security-group-rules.ts";
import { neutronSecurityGroupEndpoints } from "./security-groups.ts";
import { neutronSubnetEndpoints } from "./subnets.ts";
import { tagEndpoints } from "./tags.ts";

const core = (cloud: LabCloudKind) => [
  ...networkEndpoints,
  ...neutronSubnetEndpoints,
  ...(cloud === "huawei" ? [] : portEndpoints),
  ...routerEndpoints,
  ...floatingIpEndpoints,
  ...neutronSecurityGroupEndpoints,
  ...securityGroupRuleEndpoints,
  ...extensionEndpoints,
  ...neutronQuotaEndpoints,
];

const own = {
  otc: [...peeringRouteEndpoints, ...natGatewayEndpoints("/v2.0")],
  huawei: [...peeringRouteEndpoints, ...natGatewayEndpoints("/v2/:project")],
  openstack: [...tagEndpoints, ...quotaDetailEndpoints],
} satisfies Record<LabCloudKind, readonly Endpoint[]>;

/**
 * Neutron v2.0 as a cloud has it: OTC adds things of its own under the same prefix. On Huawei Cloud ports have moved to VPC
 * API v1, and NAT gateways to a path of their own.
 */
export function neutronEndpoints(cloud: LabCloudKind): readonly Endpoint[] {
  return [...core(cloud), ...own[cloud]];
}

import { extensionEndpoints } from "./extensions.ts";
import { floatingIpEndpoints } from "./floating-ips.ts";
import { natGatewayEndpoints } from "./nat-gateways.ts";
import { networkEndpoints } from "./networks.ts";
import { peeringRouteEndpoints } from "./peering-routes.ts";
import { portEndpoints } from "./ports.ts";
import { neutronQuotaEndpoints } from "./quotas.ts";
import { routerEndpoints } from "./routers.ts";
import { securityGroupRuleEndpoints } from "./security-group-rules.ts";
import { neutronSecurityGroupEndpoints } from "./security-groups.ts";
import { neutronSubnetEndpoints } from "./subnets.ts";

/** Neutron v2.0 as OTC has it, with what OTC adds under the same prefix. */
export const neutronEndpoints = [
  ...networkEndpoints,
  ...neutronSubnetEndpoints,
  ...portEndpoints,
  ...routerEndpoints,
  ...floatingIpEndpoints,
  ...neutronSecurityGroupEndpoints,
  ...securityGroupRuleEndpoints,
  ...extensionEndpoints,
  ...neutronQuotaEndpoints,
  ...peeringRouteEndpoints,
  ...natGatewayEndpoints,
];

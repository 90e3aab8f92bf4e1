import type { LabCloudKind } from "../../state.ts";
import { vpcPortEndpoints } from "./ports.ts";
import { publicIpEndpoints } from "./public-ips.ts";
import { quotaEndpoints } from "./quotas.ts";
import { routeTableEndpoints } from "./route-tables.ts";
import { securityGroupEndpoints } from "./security-groups.ts";
import { subnetEndpoints } from "./subnets.ts";
import { vpcV1Endpoints } from "./vpcs.ts";
import { vpcV3Endpoints } from "./vpcs-v3.ts";

/** VPC API v1, EIPs included, and the one list of v3 that knows secondary ranges. */
export const vpcEndpoints = (cloud: LabCloudKind) => [
  ...vpcV1Endpoints,
  ...vpcV3Endpoints,
  ...subnetEndpoints,
  ...routeTableEndpoints,
  ...publicIpEndpoints,
  ...quotaEndpoints,
  ...securityGroupEndpoints,
  ...(cloud === "huawei" ? vpcPortEndpoints : []),
];

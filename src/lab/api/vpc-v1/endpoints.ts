import type { LabCloudKind } from "../../state.ts";
import { bandwidthEndpoints } from "./bandwidths.ts";
import { vpcPortEndpoints } from "./ports.ts";
import { publicIpEndpoints } from "./public-ips.ts";
import { quotaEndpoints } from "./quotas.ts";
import { routeTableEndpoints } from "./route-tables.ts";
import { securityGroupEndpoints } from "./security-groups.ts";
import { subnetEndpoints } from "./subnets.ts";
import { vpcTagEndpoints } from "./tags.ts";
import { vpcV1Endpoints } from "./vpcs.ts";
import { vpcV3Endpoints } from "./vpcs-v3.ts";

/** VPC API v1, EIPs included, tags, and what v3 alone knows of VPCs: secondary ranges. */
export const vpcEndpoints = (cloud: LabCloudKind) => [
  ...vpcV1Endpoints,
  ...vpcV3Endpoints,
  ...subnetEndpoints,
  ...routeTableEndpoints,
  ...publicIpEndpoints,
  ...bandwidthEndpoints,
  ...quotaEndpoints,
  ...securityGroupEndpoints,
  ...vpcTagEndpoints,
  ...(cloud === "huawei" ? vpcPortEndpoints : []),
];

/** Huawei Cloud: VPC API v1 with its own path for ports, and a host of its own for each service. */
import type { Reach } from "../auth/reach.ts";
import type { Session } from "../auth/session.ts";
import type { Cloud, CloudTraits } from "../cloud.ts";
import type { Http } from "../http.ts";
import type { VpcV1Paths } from "../vpc-v1/paths.ts";
import { openVpcV1Cloud } from "../vpc-v1/vpc-v1-cloud.ts";
import { huaweiEndpoint } from "./endpoints.ts";

const traits: CloudTraits = {
  name: "Huawei Cloud",
  // It would take the firewall of a server that has an EIP away.
  portSecurityOff: false,
  routes: "tables",
  routesReadByTable: true,
  dhcp: false,
  vipNextHop: true,
  eipBeforeRoute: true,
};

export const huaweiReach: Reach = { signing: { kind: "plain" }, urlOf: huaweiEndpoint };

export const huaweiPaths: VpcV1Paths = {
  // Neutron's own path is among its "historical APIs".
  ports: { service: "vpc", path: "/v1/{project}/ports" },
  natGateways: "/v2/{project}/nat_gateways",
};

export function openHuaweiCloud(http: Http, session: Session): Cloud {
  return openVpcV1Cloud(http, session, traits, huaweiPaths);
}

/** Open Telekom Cloud: VPC API v1 with Neutron's ports, all but NAT gateways on the VPC host. */
import { endpointBesideIam } from "../auth/catalog.ts";
import type { Reach } from "../auth/reach.ts";
import type { Session } from "../auth/session.ts";
import type { Cloud, CloudTraits } from "../cloud.ts";
import type { Http } from "../http.ts";
import { neutronPorts } from "../neutron/ports.ts";
import type { VpcV1Paths } from "../vpc-v1/paths.ts";
import { openVpcV1Cloud } from "../vpc-v1/vpc-v1-cloud.ts";

const traits: CloudTraits = {
  name: "Open Telekom Cloud",
  // It would take the firewall of a server that has an EIP away.
  portSecurityOff: false,
  routes: "tables",
  // `host_routes` are ignored and `gateway_ip` stays (VPC API, "Updating a Subnet").
  dhcp: false,
  vipNextHop: true,
  // FAQ "Connectivity": EIP on the ECS, then custom route, then shared SNAT.
  eipBeforeRoute: true,
  groupEditsEndConnections: true,
};

export const otcReach: Reach = {
  // Its Terraform provider signs with a derived key and leaves region and service empty.
  signing: { kind: "derived", region: "", service: "" },
  sameHost: { eip: "vpc" },
  urlOf: endpointBesideIam,
};

export const otcPaths: VpcV1Paths = { ports: neutronPorts, natGateways: "/v2.0/nat_gateways" };

export function openOtcCloud(http: Http, session: Session): Cloud {
  return openVpcV1Cloud(http, session, traits, otcPaths);
}

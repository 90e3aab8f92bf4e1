/** Open Telekom Cloud: the port, put together from one file per resource. */
import { type Api, openApi } from "../api.ts";
import { openSession } from "../auth/open-session.ts";
import type { SigningScheme } from "../auth/signing.ts";
import type { Cloud, CloudTraits } from "../cloud.ts";
import type { CloudConfig } from "../config/cloud-config.ts";
import { type CloudOptions, httpFor } from "../http-for.ts";
import {
  addSecurityGroupRule,
  createSecurityGroup,
  deleteSecurityGroup,
  deleteSecurityGroupRule,
  readSecurityGroup,
  readSecurityGroups,
} from "../neutron/security-groups.ts";
import { rightIn } from "../rights.ts";
import { withoutSubnetWrites } from "../unable.ts";
import { readNic, readNics, setAddressPairs, setNicSecurityGroups } from "./nics.ts";
import {
  allocatePublicIp,
  bindPublicIp,
  movePublicIp,
  readPublicIps,
  releasePublicIp,
  unbindPublicIp,
} from "./public-ips.ts";
import { readQuotas } from "./quotas.ts";
import { otcRights } from "./rights.ts";
import {
  associateSubnets,
  createRouteTable,
  deleteRouteTable,
  disassociateSubnets,
  readRouteTable,
  readRouteTables,
} from "./route-tables.ts";
import { addRoute, changeRoute, deleteRoute } from "./routes.ts";
import { readServer, readServers } from "./servers.ts";
import { readSubnets } from "./subnets.ts";
import { createVirtualIp, deleteVirtualIp } from "./virtual-ips.ts";
import { readVpcs } from "./vpcs.ts";

const traits: CloudTraits = {
  name: "Open Telekom Cloud",
  // 0.0.0.0/0 is refused (VPC API, "Updating a Port").
  anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]],
  // It would take the firewall of a server that has an EIP away.
  portSecurityOff: false,
  routes: "tables",
  // `host_routes` are ignored and `gateway_ip` stays (VPC API, "Updating a Subnet").
  dhcp: false,
  vipNextHop: true,
  // FAQ "Connectivity": EIP on the ECS, then custom route, then shared SNAT.
  eipBeforeRoute: true,
};

/** Its Terraform provider signs with a derived key and leaves region and service empty. */
export const otcSigning: SigningScheme = { kind: "derived", region: "", service: "" };

/** Nothing is sent before the first call. */
export function openOtcCloud(config: CloudConfig, options: CloudOptions = {}): Cloud {
  const http = httpFor(config, options);
  const session = openSession(http, config, otcSigning);
  return portOn(openApi(http, session, rightIn(otcRights)));
}

function portOn(api: Api): Cloud {
  return {
    traits,
    vpcs: () => readVpcs(api),
    subnets: (vpcId) => readSubnets(api, vpcId),
    servers: () => readServers(api),
    server: (id) => readServer(api, id),
    nics: (filter) => readNics(api, filter),
    nic: (id) => readNic(api, id),
    routeTables: (vpcId) => readRouteTables(api, vpcId),
    routeTable: (id) => readRouteTable(api, id),
    publicIps: () => readPublicIps(api),
    securityGroups: () => readSecurityGroups(api),
    securityGroup: (id) => readSecurityGroup(api, id),
    quotas: () => readQuotas(api),
    setAddressPairs: (nicId, pairs) => setAddressPairs(api, nicId, pairs),
    setNicSecurityGroups: (nicId, groupIds) => setNicSecurityGroups(api, nicId, groupIds),
    createSecurityGroup: (group) => createSecurityGroup(api, group),
    deleteSecurityGroup: (id) => deleteSecurityGroup(api, id),
    addSecurityGroupRule: (groupId, rule) => addSecurityGroupRule(api, groupId, rule),
    deleteSecurityGroupRule: (id) => deleteSecurityGroupRule(api, id),
    addRoute: (tableId, route) => addRoute(api, tableId, route),
    changeRoute: (tableId, route) => changeRoute(api, tableId, route),
    deleteRoute: (tableId, route) => deleteRoute(api, tableId, route),
    createRouteTable: (table) => createRouteTable(api, table),
    deleteRouteTable: (id) => deleteRouteTable(api, id),
    associateSubnets: (tableId, subnetIds) => associateSubnets(api, tableId, subnetIds),
    disassociateSubnets: (tableId, subnetIds) => disassociateSubnets(api, tableId, subnetIds),
    allocatePublicIp: (wish) => allocatePublicIp(api, wish),
    releasePublicIp: (id) => releasePublicIp(api, id),
    bindPublicIp: (id, nicId) => bindPublicIp(api, id, nicId),
    unbindPublicIp: (id) => unbindPublicIp(api, id),
    movePublicIp: (id, nicId, mark) => movePublicIp(api, id, nicId, mark),
    createVirtualIp: (wish) => createVirtualIp(api, wish),
    deleteVirtualIp: (id) => deleteVirtualIp(api, id),
    ...withoutSubnetWrites(traits.name),
  };
}

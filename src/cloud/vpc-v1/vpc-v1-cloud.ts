/**
 * The port on VPC API v1 and ECS API v1, which Open Telekom Cloud and Huawei Cloud have in common: put together from one
 * file per resource.
 */
import { openApi } from "../api.ts";
import type { Session } from "../auth/session.ts";
import type { Cloud, CloudTraits } from "../cloud.ts";
import type { Http } from "../http.ts";
import { deletePort } from "../neutron/ports.ts";
import { securityGroupsOf } from "../neutron/security-groups.ts";
import { rightIn } from "../rights.ts";
import { readNatGateways } from "./nat-gateways.ts";
import { readNic, readNics, setAddressPairs, setNicSecurityGroups } from "./nics.ts";
import { associateSubnets, createRouteTable, deleteRouteTable, disassociateSubnets } from "./own-tables.ts";
import type { VpcV1Paths } from "./paths.ts";
import {
  allocatePublicIp,
  bindPublicIp,
  movePublicIp,
  readPublicIps,
  releasePublicIp,
  unbindPublicIp,
} from "./public-ips.ts";
import { readQuotas } from "./quotas.ts";
import { rightsFor } from "./rights.ts";
import { readRouteTable, readRouteTables } from "./route-tables.ts";
import { addRoutes, changeRoute, deleteRoute } from "./routes.ts";
import { readServer, readServers } from "./servers.ts";
import { readSubnets } from "./subnets.ts";
import { withoutSubnetWrites } from "./unable.ts";
import { createVirtualIp } from "./virtual-ips.ts";
import { readVpcs } from "./vpcs.ts";

export function openVpcV1Cloud(http: Http, session: Session, traits: CloudTraits, paths: VpcV1Paths): Cloud {
  const api = openApi(http, session, rightIn(rightsFor(paths)));
  return {
    traits,
    vpcs: () => readVpcs(api),
    subnets: (vpcId) => readSubnets(api, vpcId),
    servers: () => readServers(api),
    server: (id) => readServer(api, id),
    nics: (filter) => readNics(api, paths.ports, filter),
    nic: (id) => readNic(api, paths.ports, id),
    routeTables: (vpcId) => readRouteTables(api, vpcId),
    routeTable: (id) => readRouteTable(api, id),
    publicIps: () => readPublicIps(api),
    ...securityGroupsOf(api),
    natGateways: (vpcId) => readNatGateways(api, paths.natGateways, vpcId),
    quotas: () => readQuotas(api),
    // OTC refuses 0.0.0.0/0 (VPC API, "Updating a Port"); Huawei's Terraform provider writes this one for
    // `source_dest_check = false`.
    anyAddressPairs: async () => [[{ ip_address: "1.1.1.1/0" }]],
    setAddressPairs: (nicId, pairs) => setAddressPairs(api, paths.ports, nicId, pairs),
    setNicSecurityGroups: (nicId, groupIds) => setNicSecurityGroups(api, paths.ports, nicId, groupIds),
    addRoute: (tableId, route) => addRoutes(api, tableId, [route]),
    changeRoute: (tableId, route) => changeRoute(api, tableId, route),
    deleteRoute: (tableId, route) => deleteRoute(api, tableId, route),
    createRouteTable: (table) => createRouteTable(api, table),
    deleteRouteTable: (id) => deleteRouteTable(api, id),
    associateSubnets: (tableId, subnetIds) => associateSubnets(api, tableId, subnetIds),
    disassociateSubnets: (tableId, subnetIds) => disassociateSubnets(api, tableId, subnetIds),
    allocatePublicIp: (wish) => allocatePublicIp(api, wish),
    releasePublicIp: (id) => releasePublicIp(api, id),
    bindPublicIp: (id, nicId) => bindPublicIp(api, id, nicId),
    unbindPublicIp: (id, mark) => unbindPublicIp(api, id, mark),
    movePublicIp: (id, nicId, mark) => movePublicIp(api, id, nicId, mark),
    createVirtualIp: (wish) => createVirtualIp(api, paths.ports, wish),
    deleteVirtualIp: (id) => deletePort(api, id, paths.ports),
    ...withoutSubnetWrites(traits.name),
  };
}

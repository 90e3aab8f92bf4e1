/** Plain OpenStack: the port on Neutron v2.0 and Nova v2.1, put together from one file per resource. */
import { type Api, openApi } from "../api.ts";
import { openSession } from "../auth/open-session.ts";
import type { Reach } from "../auth/reach.ts";
import type { Session } from "../auth/session.ts";
import type { Cloud, CloudTraits } from "../cloud.ts";
import type { CloudConfig } from "../config/cloud-config.ts";
import { CloudProblem, shownUrl } from "../errors.ts";
import type { Http } from "../http.ts";
import { deletePort } from "../neutron/ports.ts";
import { securityGroupsOf } from "../neutron/security-groups.ts";
import { rightIn } from "../rights.ts";
import { openExtensions } from "./extensions.ts";
import { listsOf } from "./network.ts";
import {
  anyAddressPairs,
  nicOf,
  readNic,
  readNics,
  setAddressPairs,
  setDhcpOptions,
  setNicProtection,
  setNicSecurityGroups,
} from "./nics.ts";
import {
  allocatePublicIp,
  bindPublicIp,
  movePublicIp,
  readPublicIps,
  releasePublicIp,
  unbindPublicIp,
} from "./public-ips.ts";
import { readQuotas } from "./quotas.ts";
import { openstackRights } from "./rights.ts";
import { readRouteTable, readRouteTables } from "./route-tables.ts";
import { routeWriter } from "./routes.ts";
import { readServer, readServers } from "./servers.ts";
import { markSubnet, setHostRoutes, setSubnetGateway, subnetsIn } from "./subnets.ts";
import { createVirtualIp } from "./virtual-ips.ts";
import { vpcsIn } from "./vpcs.ts";

const traits: CloudTraits = {
  name: "OpenStack",
  portSecurityOff: true,
  routes: "router",
  dhcp: true,
  // A next hop is an address, whoever has it.
  vipNextHop: true,
  // An extra route 0.0.0.0/0 replaces the router's own default, also for floating IPs (Neutron Zed, tried).
  eipBeforeRoute: false,
};

/** Its catalog says where everything is, and an access key is none of its logins. */
const openstackReach: Reach = { signing: { kind: "plain" } };

/** OTC and Huawei Cloud have Neutron's paths too, but refuse or ignore half of what is done here. */
export function openstackSession(http: Http, config: CloudConfig): Session {
  const session = openSession(http, config, openstackReach);
  if (config.driver !== undefined) return session;
  return {
    ...session,
    async endpoint(service) {
      const services = await session.services();
      if (!services.includes("vpc")) return session.endpoint(service);
      throw new CloudProblem({
        code: "cloud/not-supported",
        summary: `cloud ${config.name} has a service "vpc" in its catalog, which plain OpenStack does not have`,
        detail: `${config.source}: identity service ${shownUrl(config.authUrl)}`,
        hint: "Where it is an Open Telekom Cloud, set profile: otc in clouds.yaml (OS_PROFILE=otc), where it is Huawei Cloud, profile: huaweicloud; to take it for plain OpenStack all the same, wayout_driver: openstack.",
      });
    },
  };
}

export function openOpenstackCloud(http: Http, session: Session, config: CloudConfig): Cloud {
  const api = openApi(http, session, rightIn(openstackRights));
  return portOn(api, config.externalNetwork);
}

function portOn(api: Api, externalNetwork: string | undefined): Cloud {
  const extensions = openExtensions(api);
  const lists = listsOf(api);
  const routes = routeWriter(api, extensions, lists);
  return {
    traits,
    vpcs: async () => vpcsIn(await lists.map()),
    subnets: async (vpcId) => subnetsIn(await lists.map(), vpcId),
    servers: () => readServers(api, lists),
    server: (id) => readServer(api, lists, id),
    nics: async (filter) => (filter ? readNics(api, filter) : (await lists.ports()).map(nicOf)),
    nic: (id) => readNic(api, id),
    routeTables: (vpcId) => readRouteTables(lists, vpcId),
    routeTable: (id) => readRouteTable(lists, id),
    publicIps: () => readPublicIps(api),
    ...securityGroupsOf(api),
    // A router gives its networks a way out by itself; there is no such gateway beside it.
    natGateways: async () => [],
    quotas: () => readQuotas(api, extensions),
    anyAddressPairs: (withVirtualIps) => anyAddressPairs(extensions, withVirtualIps),
    setAddressPairs: (nicId, pairs) => setAddressPairs(api, extensions, nicId, pairs),
    setNicSecurityGroups: (nicId, groupIds) => setNicSecurityGroups(api, extensions, nicId, groupIds),
    addRoute: (tableId, route) => routes.add(tableId, route),
    changeRoute: (tableId, route) => routes.change(tableId, route),
    deleteRoute: (tableId, route) => routes.delete(tableId, route),
    createRouteTable: noTables,
    deleteRouteTable: noTables,
    associateSubnets: noTables,
    disassociateSubnets: noTables,
    allocatePublicIp: (wish) => allocatePublicIp(api, lists, wish, externalNetwork),
    releasePublicIp: (id) => releasePublicIp(api, id),
    bindPublicIp: (id, nicId) => bindPublicIp(api, extensions, id, nicId),
    unbindPublicIp: (id) => unbindPublicIp(api, extensions, id),
    movePublicIp: (id, nicId) => movePublicIp(api, extensions, id, nicId),
    createVirtualIp: (wish) => createVirtualIp(api, wish),
    deleteVirtualIp: (id) => deletePort(api, id),
    setNicProtection: (nicId, protection) => setNicProtection(api, extensions, nicId, protection),
    setDhcpOptions: (nicId, list) => setDhcpOptions(api, extensions, nicId, list),
    setSubnetGateway: (id, ip) => setSubnetGateway(api, extensions, id, ip),
    setHostRoutes: (id, list) => setHostRoutes(api, extensions, id, list),
    markSubnet: (id, mark, present) => markSubnet(api, id, mark, present),
  };
}

async function noTables(): Promise<never> {
  throw new CloudProblem({
    code: "cloud/not-supported",
    summary: "OpenStack has no route tables: a router has one list of routes for all its subnets",
    hint: "Write routeTable: shared, or leave it out.",
  });
}

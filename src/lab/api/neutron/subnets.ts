import { z } from "zod";
import { toAddress } from "../../../spec/addresses.ts";
import { type LabState, type LabSubnet, vpcDnsAddress } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { poolOf, renameSubnet, setHostRoutes, setSubnetGateway } from "../operations/index.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";
import { requireRevision, revisionOf } from "./revisions.ts";

const hostRoute = z.strictObject({ destination: z.string(), nexthop: z.string() });
const updateBody = z.object({
  subnet: z
    .strictObject({ name: z.string(), gateway_ip: z.string().nullable(), host_routes: z.array(hostRoute) })
    .partial(),
});

export const neutronSubnetEndpoints = [
  reads("subnet", "/v2.0/subnets", (call, api) => {
    const subnets = api.state.subnets.values().map((subnet) => ({ id: subnet.neutronSubnetId, subnet }));
    return collection(call, api, "subnets", subnets, ({ subnet }) => describe(api.state, subnet));
  }),
  reads("subnet", "/v2.0/subnets/:id", (call, { state }) => ({
    status: 200,
    body: { subnet: describe(state, findSubnet(state, call.param("id"))) },
  })),
  writes("subnet", "PUT", "/v2.0/subnets/:id", (call, { state }) => {
    const change = call.read(updateBody).subnet;
    const subnet = findSubnet(state, call.param("id"));
    const plain = state.cloud === "openstack";
    if (plain) requireRevision(call, revisionOf(state, subnet.neutronSubnetId, subnet));
    const gatewayIp = change.gateway_ip === null ? "" : change.gateway_ip;
    if (plain && gatewayIp !== undefined) setSubnetGateway(state, subnet.id, gatewayIp);
    else if (gatewayIp !== undefined && gatewayIp !== subnet.gatewayIp) {
      throw new Failed("unreadable", "The gateway_ip of a subnet cannot be changed.");
    }
    if (change.name !== undefined) renameSubnet(state, subnet.id, change.name);
    // OTC takes `host_routes` and does nothing with them ("Updating a Subnet").
    if (plain && change.host_routes) setHostRoutes(state, subnet.id, change.host_routes);
    return { status: 200, body: { subnet: describe(state, findSubnet(state, call.param("id"))) } };
  }),
];

/** By the id that Neutron gives the subnet, which is not the network's. */
function findSubnet(state: LabState, neutronSubnetId: string): LabSubnet {
  const subnet = state.subnets.values().find((each) => each.neutronSubnetId === neutronSubnetId);
  if (!subnet) throw new Failed("missing", `Subnet ${neutronSubnetId} could not be found.`);
  return subnet;
}

function describe(state: LabState, subnet: LabSubnet) {
  const pool = poolOf(state, subnet);
  return {
    id: subnet.neutronSubnetId,
    name: subnet.name,
    description: "",
    cidr: subnet.cidr,
    enable_dhcp: true,
    network_id: subnet.id,
    tenant_id: state.project.id,
    project_id: state.project.id,
    dns_nameservers: [vpcDnsAddress],
    allocation_pools: [{ start: toAddress(pool.first), end: toAddress(pool.last) }],
    host_routes: subnet.hostRoutes,
    ip_version: 4,
    gateway_ip: subnet.gatewayIp || null,
    subnetpool_id: null,
    service_types: [],
    tags: subnet.tags,
    ...(state.cloud === "openstack"
      ? { revision_number: revisionOf(state, subnet.neutronSubnetId, subnet) }
      : {}),
    created_at: timeForms.plain(subnet.createdAt),
    updated_at: timeForms.plain(subnet.createdAt),
  };
}

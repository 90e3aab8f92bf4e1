import { z } from "zod";
import { parseRange, toAddress } from "../../../spec/addresses.ts";
import { type LabState, type LabSubnet, vpcDnsAddress } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { renameSubnet } from "../operations/index.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";

/** OTC takes `host_routes` and does nothing with them; the gateway's address cannot be changed ("Updating a Subnet"). */
const updateBody = z.object({
  subnet: z
    .strictObject({ name: z.string(), gateway_ip: z.string(), host_routes: z.array(z.unknown()) })
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
    if (change.gateway_ip !== undefined && change.gateway_ip !== subnet.gatewayIp) {
      throw new Failed("unreadable", "The gateway_ip of a subnet cannot be changed.");
    }
    const changed = change.name === undefined ? subnet : renameSubnet(state, subnet.id, change.name);
    return { status: 200, body: { subnet: describe(state, changed) } };
  }),
];

/** By the id that Neutron gives the subnet, which is not the network's. */
export function findSubnet(state: LabState, neutronSubnetId: string): LabSubnet {
  const subnet = state.subnets.values().find((each) => each.neutronSubnetId === neutronSubnetId);
  if (!subnet) throw new Failed("missing", `Subnet ${neutronSubnetId} could not be found.`);
  return subnet;
}

function describe(state: LabState, subnet: LabSubnet) {
  const range = parseRange(subnet.cidr);
  const pool = range ? [{ start: toAddress(range.first + 2), end: toAddress(range.last - 3) }] : [];
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
    allocation_pools: pool,
    host_routes: [],
    ip_version: 4,
    gateway_ip: subnet.gatewayIp,
    subnetpool_id: null,
    service_types: [],
    tags: [],
    created_at: timeForms.plain(subnet.createdAt),
    updated_at: timeForms.plain(subnet.createdAt),
  };
}

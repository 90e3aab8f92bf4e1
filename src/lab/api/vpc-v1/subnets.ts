import { z } from "zod";
import { type LabState, type LabSubnet, vpcDnsAddress } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { addSubnet, removeSubnet, renameSubnet } from "../operations/index.ts";
import { found, Refused } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

const createBody = z.object({
  subnet: z.object({ name: z.string(), cidr: z.string(), vpc_id: z.string(), gateway_ip: z.string() }),
});
const updateBody = z.object({ subnet: z.object({ name: z.string() }) });

export const subnetEndpoints = [
  reads("subnet", "/v1/:project/subnets", (call, { state }) => {
    const vpcId = call.query.get("vpc_id");
    const subnets = state.subnets.values().filter((subnet) => vpcId === null || subnet.vpcId === vpcId);
    return {
      status: 200,
      body: { subnets: pageOfV1(subnets, call.query).map((subnet) => describe(state, subnet)) },
    };
  }),
  reads("subnet", "/v1/:project/subnets/:id", (call, { state }) => ({
    status: 200,
    body: { subnet: describe(state, found(state.subnets, "subnet", call.param("id"))) },
  })),
  writes("subnet", "POST", "/v1/:project/subnets", (call, { state, now }) => {
    const { name, cidr, vpc_id: vpcId, gateway_ip: gatewayIp } = call.read(createBody).subnet;
    const subnet = addSubnet(state, { name, cidr, vpcId, gatewayIp }, now());
    return { status: 200, body: { subnet: describe(state, subnet) } };
  }),
  writes("subnet", "PUT", "/v1/:project/vpcs/:vpc/subnets/:id", (call, { state }) => {
    const { name } = call.read(updateBody).subnet;
    requireInVpc(state, call.param("id"), call.param("vpc"));
    const { id } = renameSubnet(state, call.param("id"), name);
    return { status: 200, body: { subnet: { id, status: "ACTIVE" } } };
  }),
  writes("subnet", "DELETE", "/v1/:project/vpcs/:vpc/subnets/:id", (call, { state }) => {
    requireInVpc(state, call.param("id"), call.param("vpc"));
    removeSubnet(state, call.param("id"));
    return { status: 204 };
  }),
];

function requireInVpc(state: LabState, id: string, vpcId: string): void {
  if (found(state.subnets, "subnet", id).vpcId !== vpcId) {
    throw new Refused("subnet", "foreign", "Subnet does not belong to the VPC.");
  }
}

function describe(state: LabState, subnet: LabSubnet) {
  return {
    id: subnet.id,
    name: subnet.name,
    description: "",
    cidr: subnet.cidr,
    gateway_ip: subnet.gatewayIp,
    dhcp_enable: true,
    primary_dns: vpcDnsAddress,
    secondary_dns: "",
    dnsList: [vpcDnsAddress],
    availability_zone: `${state.project.region}-01`,
    vpc_id: subnet.vpcId,
    status: "ACTIVE",
    neutron_network_id: subnet.id,
    neutron_subnet_id: subnet.neutronSubnetId,
    ipv6_enable: false,
    extra_dhcp_opts: [],
    tenant_id: state.project.id,
    created_at: timeForms.plain(subnet.createdAt),
    updated_at: timeForms.plain(subnet.createdAt),
  };
}

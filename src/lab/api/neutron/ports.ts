import { z } from "zod";
import type { LabAddressPair, LabPort, LabState } from "../../state.ts";
import { type Call, reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { addPort, gatewayOwner, removePort, updatePort, virtualIpOwner } from "../operations/index.ts";
import type { PortChange } from "../operations/ports.ts";
import { found } from "../operations/refused.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";
import { requireRevision, revisionOf } from "./revisions.ts";

const pair = z.strictObject({ ip_address: z.string(), mac_address: z.string().nullish() }).transform(
  ({ ip_address, mac_address }): LabAddressPair => ({
    ip_address,
    ...(mac_address ? { mac_address } : {}),
  }),
);
const changeable = {
  name: z.string(),
  security_groups: z.array(z.string()),
  allowed_address_pairs: z.array(pair),
  port_security_enabled: z.boolean(),
  /** The lab's ports are never switched off. */
  admin_state_up: z.literal(true),
  /** On OpenStack; OTC's clients send an empty list along. */
  extra_dhcp_opts: z.array(
    z.strictObject({
      opt_name: z.string(),
      opt_value: z.string().nullable(),
      ip_version: z.union([z.literal(4), z.literal("4")]).optional(),
    }),
  ),
  "binding:profile": z.object({}),
};
const createBody = z.object({
  port: z.strictObject({
    ...z.object(changeable).partial().shape,
    network_id: z.string(),
    device_owner: z.enum(["", virtualIpOwner]).optional(),
    device_id: z.literal("").optional(),
    fixed_ips: z
      .array(z.strictObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() }))
      .length(1)
      .optional(),
  }),
});
const updateBody = z.object({ port: z.strictObject(changeable).partial() });

export const portEndpoints = [
  reads("port", "/v2.0/ports", (call, api) =>
    collection(call, api, "ports", candidatePorts(api.state, call.query), (port) =>
      describePort(api.state, port),
    ),
  ),
  reads("port", "/v2.0/ports/:id", (call, { state }) => ({
    status: 200,
    body: { port: describePort(state, found(state.ports, "port", call.param("id"))) },
  })),
  writes("port", "POST", "/v2.0/ports", (call, { state, now }) => ({
    status: 201,
    body: { port: describePort(state, createPort(call, state, now())) },
  })),
  writes("port", "PUT", "/v2.0/ports/:id", (call, { state }) => ({
    status: 200,
    body: { port: describePort(state, changePort(call, state)) },
  })),
  writes("port", "DELETE", "/v2.0/ports/:id", (call, { state }) => {
    removePort(state, call.param("id"));
    return { status: 204 };
  }),
];

/** Makes the port that the body describes. */
export function createPort(call: Call, state: LabState, now: Date): LabPort {
  const { port: wish } = call.read(createBody);
  const fixed = wish.fixed_ips?.[0];
  requireOwnSubnet(state, wish.network_id, fixed?.subnet_id);
  return addPort(
    state,
    {
      subnetId: wish.network_id,
      owner: wish.device_owner ?? "",
      ip: fixed?.ip_address,
      ...asChange(wish),
    },
    now,
  );
}

/** Changes the port `:id` as the body says. */
export function changePort(call: Call, state: LabState): LabPort {
  const { port } = call.read(updateBody);
  const now = found(state.ports, "port", call.param("id"));
  if (state.cloud === "openstack") requireRevision(call, revisionOf(state, now.id, now));
  else if ((port.extra_dhcp_opts ?? []).length > 0)
    throw new Failed("unreadable", "Unrecognized attribute(s) 'extra_dhcp_opts'");
  return updatePort(state, call.param("id"), asChange(port));
}

/** The few ports that can fit where the filter names server or network; the filter itself looks at them again. */
export function candidatePorts(state: LabState, query: URLSearchParams): Iterable<LabPort> {
  const [device, ...otherDevices] = query.getAll("device_id");
  // A router's ports have the VPC as their device.
  if (device && otherDevices.length === 0 && !state.vpcs.has(device)) return state.ports.ofServer(device);
  const [network, ...otherNetworks] = query.getAll("network_id");
  if (network && otherNetworks.length === 0) return state.ports.inSubnet(network);
  return state.ports.values();
}

function requireOwnSubnet(state: LabState, networkId: string, neutronSubnetId: string | undefined): void {
  const subnet = found(state.subnets, "subnet", networkId);
  if (neutronSubnetId !== undefined && neutronSubnetId !== subnet.neutronSubnetId) {
    throw new Failed("unreadable", `Subnet ${neutronSubnetId} is not of network ${networkId}.`);
  }
}

function asChange(port: z.infer<typeof updateBody>["port"]): PortChange {
  return {
    name: port.name,
    securityGroupIds: port.security_groups,
    addressPairs: port.allowed_address_pairs,
    portSecurity: port.port_security_enabled,
    dhcpOptions: port.extra_dhcp_opts,
  };
}

export function describePort(state: LabState, port: LabPort) {
  const subnet = found(state.subnets, "subnet", port.subnetId);
  const primary = port.serverId !== "" && state.ports.ofServer(port.serverId)[0]?.id === port.id;
  const hostname = `ip-${port.ip.replaceAll(".", "-")}`;
  return {
    id: port.id,
    name: port.name,
    description: "",
    network_id: port.subnetId,
    tenant_id: state.project.id,
    project_id: state.project.id,
    mac_address: port.mac,
    admin_state_up: true,
    status: statusOf(state, port),
    device_id: port.owner === gatewayOwner ? subnet.vpcId : port.serverId,
    device_owner: port.owner,
    fixed_ips: [{ subnet_id: subnet.neutronSubnetId, ip_address: port.ip }],
    security_groups: port.securityGroupIds,
    // A pair without a MAC is for the port's own, and Neutron says so in its answer.
    allowed_address_pairs: port.addressPairs.map((each) => ({
      ip_address: each.ip_address,
      mac_address: each.mac_address ?? port.mac,
    })),
    extra_dhcp_opts: port.dhcpOptions.map((option) => ({ ...option, ip_version: 4 })),
    port_security_enabled: port.portSecurity,
    "binding:vnic_type": "normal",
    "binding:vif_details":
      port.serverId === "" ? {} : { primary_interface: primary, port_filter: true, ovs_hybrid_plug: true },
    "binding:profile": {},
    dns_name: hostname,
    dns_assignment: [
      { hostname, ip_address: port.ip, fqdn: `${hostname}.${state.project.region}.compute.internal.` },
    ],
    tags: [],
    ...(state.cloud === "openstack" ? { revision_number: revisionOf(state, port.id, port) } : {}),
    created_at: timeForms.plain(port.createdAt),
    updated_at: timeForms.plain(port.createdAt),
  };
}

/** A virtual IP is DOWN on OTC, whoever answers for it. */
function statusOf(state: LabState, port: LabPort): "ACTIVE" | "BUILD" | "DOWN" {
  if (port.owner === gatewayOwner) return "ACTIVE";
  const status = state.servers.get(port.serverId)?.status;
  if (status === "BUILD") return "BUILD";
  return status === "ACTIVE" || status === "REBOOT" ? "ACTIVE" : "DOWN";
}

import { z } from "zod";
import type { LabPublicIp, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import {
  addPublicIp,
  bindPublicIp,
  removePublicIp,
  renamePublicIp,
  unbindPublicIp,
} from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";
import { externalNetworkId } from "./networks.ts";
import { requireRevision, revisionOf } from "./revisions.ts";

const createBody = z.object({
  floatingip: z.strictObject({
    floating_network_id: z.literal(externalNetworkId),
    port_id: z.string().nullish(),
    floating_ip_address: z.string().optional(),
    description: z.string().optional(),
  }),
});
const updateBody = z.object({
  floatingip: z.strictObject({
    port_id: z.string().nullish(),
    fixed_ip_address: z.string().optional(),
    description: z.string().optional(),
  }),
});

/** The same EIPs as in VPC v1. */
export const floatingIpEndpoints = [
  reads("public-ip", "/v2.0/floatingips", (call, api) =>
    collection(call, api, "floatingips", api.state.publicIps.values(), (each) => describe(api.state, each)),
  ),
  reads("public-ip", "/v2.0/floatingips/:id", (call, { state }) => ({
    status: 200,
    body: { floatingip: describe(state, found(state.publicIps, "public-ip", call.param("id"))) },
  })),
  writes("public-ip", "POST", "/v2.0/floatingips", (call, { state, now }) => {
    const { port_id: portId, floating_ip_address: address, description } = call.read(createBody).floatingip;
    requireNoDescription(state, description);
    const added = addPublicIp(state, { address, alias: description }, now());
    const publicIp = portId ? bindPublicIp(state, added.id, portId) : added;
    return { status: 201, body: { floatingip: { ...describe(state, publicIp), status: "DOWN" } } };
  }),
  // Another port takes it over from the first. Without port_id OTC unbinds it, Neutron leaves it where it is (Zed). The
  // answer says DOWN, OTC's examples too.
  writes("public-ip", "PUT", "/v2.0/floatingips/:id", (call, { state }) => {
    const { port_id: portId, description } = call.read(updateBody).floatingip;
    const id = call.param("id");
    const now = found(state.publicIps, "public-ip", id);
    if (state.cloud === "openstack") requireRevision(call, revisionOf(state, id, now));
    requireNoDescription(state, description);
    if (description !== undefined) renamePublicIp(state, id, description);
    const stays = (portId === undefined && state.cloud === "openstack") || (portId && now.portId === portId);
    if (!stays) unbindPublicIp(state, id);
    if (portId) bindPublicIp(state, id, portId);
    const publicIp = found(state.publicIps, "public-ip", id);
    return { status: 200, body: { floatingip: { ...describe(state, publicIp), status: "DOWN" } } };
  }),
  writes("public-ip", "DELETE", "/v2.0/floatingips/:id", (call, { state }) => {
    unbindPublicIp(state, call.param("id"));
    removePublicIp(state, call.param("id"));
    return { status: 204 };
  }),
];

/** OTC's floating IPs have none; its EIPs have an alias, which Neutron's API does not show. */
function requireNoDescription(state: LabState, description: string | undefined): void {
  if (description && state.cloud !== "openstack")
    throw new Failed("unreadable", "Unrecognized attribute(s) 'description'");
}

function describe(state: LabState, publicIp: LabPublicIp) {
  const port = state.ports.get(publicIp.portId);
  return {
    id: publicIp.id,
    status: port ? "ACTIVE" : "DOWN",
    description: state.cloud === "openstack" ? publicIp.alias : "",
    router_id: port ? (state.subnets.get(port.subnetId)?.vpcId ?? null) : null,
    tenant_id: state.project.id,
    project_id: state.project.id,
    floating_network_id: externalNetworkId,
    fixed_ip_address: port?.ip ?? null,
    floating_ip_address: publicIp.address,
    port_id: port?.id ?? null,
    dns_name: `ecs-${publicIp.address.replaceAll(".", "-")}`,
    dns_domain: "reverse.domain-name.com",
    tags: [],
    created_at: timeForms.plain(publicIp.createdAt),
    updated_at: timeForms.plain(publicIp.createdAt),
    ...(state.cloud === "openstack" ? { revision_number: revisionOf(state, publicIp.id, publicIp) } : {}),
  };
}

import { z } from "zod";
import type { LabPublicIp, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import {
  addPublicIp,
  bindPublicIp,
  removePublicIp,
  renamePublicIp,
  unbindPublicIp,
} from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

const createBody = z.object({
  publicip: z.object({
    type: z.enum(["5_bgp", "5_mailbgp"]),
    ip_version: z.literal(4).optional(),
    alias: z.string().optional(),
    ip_address: z.string().optional(),
  }),
  bandwidth: z.object({
    name: z.string().optional(),
    size: z.number().int(),
    /** The lab has no shared bandwidth (`WHOLE`). */
    share_type: z.literal("PER"),
    charge_mode: z.string().optional(),
  }),
});
const updateBody = z.object({
  publicip: z.object({ port_id: z.string().nullish(), alias: z.string().optional() }),
});

export const publicIpEndpoints = [
  reads("public-ip", "/v1/:project/publicips", (call, { state }) => ({
    status: 200,
    body: { publicips: pageOfV1(state.publicIps.values(), call.query).map((each) => describe(state, each)) },
  })),
  reads("public-ip", "/v1/:project/publicips/:id", (call, { state }) => ({
    status: 200,
    body: { publicip: describe(state, found(state.publicIps, "public-ip", call.param("id"))) },
  })),
  writes("public-ip", "POST", "/v1/:project/publicips", (call, { state, now }) => {
    const { publicip, bandwidth } = call.read(createBody);
    const { alias, ip_address: address } = publicip;
    const added = addPublicIp(
      state,
      { alias, address, bandwidthMbit: bandwidth.size, bandwidthName: bandwidth.name },
      now(),
    );
    return { status: 200, body: { publicip: { ...describe(state, added), status: "PENDING_CREATE" } } };
  }),
  // A request without port_id unbinds, even one that only renames ("Updating an EIP").
  writes("public-ip", "PUT", "/v1/:project/publicips/:id", (call, { state }) => {
    const { port_id: portId, alias } = call.read(updateBody).publicip;
    const id = call.param("id");
    if (alias !== undefined) renamePublicIp(state, id, alias);
    const publicIp = portId ? bindPublicIp(state, id, portId) : unbindPublicIp(state, id);
    return { status: 200, body: { publicip: describe(state, publicIp) } };
  }),
  writes("public-ip", "DELETE", "/v1/:project/publicips/:id", (call, { state }) => {
    removePublicIp(state, call.param("id"));
    return { status: 204 };
  }),
];

function describe(state: LabState, publicIp: LabPublicIp) {
  const port = state.ports.get(publicIp.portId);
  return {
    id: publicIp.id,
    status: port ? "ACTIVE" : "DOWN",
    type: "5_bgp",
    alias: publicIp.alias,
    public_ip_address: publicIp.address,
    ip_version: 4,
    ...(port ? { private_ip_address: port.ip, port_id: port.id } : {}),
    tenant_id: state.project.id,
    create_time: timeForms.spaced(publicIp.createdAt),
    bandwidth_id: publicIp.id,
    bandwidth_name: publicIp.bandwidthName,
    bandwidth_size: publicIp.bandwidthMbit,
    bandwidth_share_type: "PER",
    enterprise_project_id: "0",
    profile: {},
    public_border_group: "center",
    tags: [],
  };
}

import type { LabPublicIp, LabState } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { found } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

/** Every EIP has a bandwidth of its own here, with the EIP's id: there is no shared one. */
export const bandwidthEndpoints = [
  reads("public-ip", "/v1/:project/bandwidths", (call, { state }) => ({
    status: 200,
    body: { bandwidths: pageOfV1(state.publicIps.values(), call.query).map((each) => describe(state, each)) },
  })),
  reads("public-ip", "/v1/:project/bandwidths/:id", (call, { state }) => ({
    status: 200,
    body: { bandwidth: describe(state, found(state.publicIps, "public-ip", call.param("id"))) },
  })),
];

function describe(state: LabState, publicIp: LabPublicIp) {
  return {
    id: publicIp.id,
    name: publicIp.bandwidthName,
    size: publicIp.bandwidthMbit,
    share_type: "PER",
    publicip_info: [
      {
        publicip_id: publicIp.id,
        publicip_address: publicIp.address,
        publicip_type: "5_bgp",
        ip_version: 4,
      },
    ],
    tenant_id: state.project.id,
    bandwidth_type: "bgp",
    charge_mode: "traffic",
    billing_info: "",
    enterprise_project_id: "0",
    status: "NORMAL",
    created_at: timeForms.zulu(publicIp.createdAt),
    updated_at: timeForms.zulu(publicIp.createdAt),
  };
}

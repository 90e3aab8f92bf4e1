import { z } from "zod";
import type { LabState, LabSubnet } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { renameSubnet } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";

/** OTC's external network has this id and name in every region of its public documents. */
export const externalNetworkId = "0a2228f2-7f8a-45f1-8e09-9039e1d09975";

const updateBody = z.object({ network: z.strictObject({ name: z.string() }) });

/** Each network holds exactly one subnet and comes and goes with it, through VPC v1. */
export const networkEndpoints = [
  reads("subnet", "/v2.0/networks", (call, api) => {
    const networks = [
      ...api.state.subnets.values().map((each) => describe(api.state, each)),
      external(api.state),
    ];
    return collection(call, api, "networks", networks, (network) => network);
  }),
  reads("subnet", "/v2.0/networks/:id", (call, { state }) => {
    const id = call.param("id");
    const network =
      id === externalNetworkId ? external(state) : describe(state, found(state.subnets, "subnet", id));
    return { status: 200, body: { network } };
  }),
  writes("subnet", "PUT", "/v2.0/networks/:id", (call, { state }) => {
    const { name } = call.read(updateBody).network;
    return { status: 200, body: { network: describe(state, renameSubnet(state, call.param("id"), name)) } };
  }),
];

function describe(state: LabState, subnet: LabSubnet) {
  return network(state, {
    id: subnet.id,
    name: subnet.name,
    subnets: [subnet.neutronSubnetId],
    external: false,
    createdAt: subnet.createdAt,
  });
}

function external(state: LabState) {
  return network(state, {
    id: externalNetworkId,
    name: "admin_external_net",
    subnets: [],
    external: true,
    createdAt: "2015-01-01T00:00:00.000Z",
  });
}

function network(
  state: LabState,
  own: {
    readonly id: string;
    readonly name: string;
    readonly subnets: readonly string[];
    readonly external: boolean;
    readonly createdAt: string;
  },
) {
  return {
    id: own.id,
    name: own.name,
    description: "",
    status: "ACTIVE",
    shared: false,
    subnets: own.subnets,
    availability_zone_hints: [],
    availability_zones: [`${state.project.region}-01`],
    admin_state_up: true,
    tenant_id: state.project.id,
    project_id: state.project.id,
    "provider:network_type": "vxlan",
    "router:external": own.external,
    port_security_enabled: true,
    mtu: 1500,
    tags: [],
    created_at: timeForms.plain(own.createdAt),
    updated_at: timeForms.plain(own.createdAt),
  };
}

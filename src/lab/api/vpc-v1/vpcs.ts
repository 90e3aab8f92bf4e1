import { z } from "zod";
import { nextHopAddress } from "../../next-hop-address.ts";
import type { LabState, LabVpc } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { addVpc, defaultTableOf, removeVpc, updateVpc } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

const createBody = z.object({
  vpc: z.object({ name: z.string(), cidr: z.string(), description: z.string().optional() }),
});
/** `routes`, the legacy list, is left out: the route table is the place for them. */
const updateBody = z.object({
  vpc: z.object({ name: z.string(), cidr: z.string(), description: z.string(), routes: z.never() }).partial(),
});

export const vpcV1Endpoints = [
  reads("vpc", "/v1/:project/vpcs", (call, { state }) => {
    const id = call.query.get("id");
    const vpcs = id === null ? state.vpcs.values() : [state.vpcs.get(id)].filter((vpc) => vpc !== undefined);
    return { status: 200, body: { vpcs: pageOfV1(vpcs, call.query).map((vpc) => describe(state, vpc)) } };
  }),
  reads("vpc", "/v1/:project/vpcs/:id", (call, { state }) => ({
    status: 200,
    body: { vpc: describe(state, found(state.vpcs, "vpc", call.param("id"))) },
  })),
  writes("vpc", "POST", "/v1/:project/vpcs", (call, { state, now }) => {
    const { name, cidr, description } = call.read(createBody).vpc;
    const vpc = addVpc(state, { name, cidr, description }, now());
    return { status: 200, body: { vpc: describe(state, vpc) } };
  }),
  writes("vpc", "PUT", "/v1/:project/vpcs/:id", (call, { state }) => {
    const { vpc } = call.read(updateBody);
    return { status: 200, body: { vpc: describe(state, updateVpc(state, call.param("id"), vpc)) } };
  }),
  writes("vpc", "DELETE", "/v1/:project/vpcs/:id", (call, { state }) => {
    removeVpc(state, call.param("id"));
    return { status: 204 };
  }),
];

function describe(state: LabState, vpc: LabVpc) {
  const { routes } = defaultTableOf(state, vpc.id);
  return {
    id: vpc.id,
    name: vpc.name,
    description: vpc.description,
    cidr: vpc.cidr,
    status: "OK",
    enterprise_project_id: "0",
    routes: routes.flatMap((route) => {
      const nexthop = nextHopAddress(state, route);
      return nexthop === undefined ? [] : { destination: route.destination, nexthop };
    }),
    enable_shared_snat: false,
    tenant_id: state.project.id,
    created_at: timeForms.plain(vpc.createdAt),
    updated_at: timeForms.plain(vpc.createdAt),
  };
}

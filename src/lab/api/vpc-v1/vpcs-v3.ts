import { randomUUID } from "node:crypto";
import type { LabState, LabVpc } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { found } from "../operations/refused.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

/** VPC API v3, which alone tells secondary ranges; the lab's VPCs have none. */
export const vpcV3Endpoints = [
  reads("vpc", "/v3/:project/vpc/vpcs", (call, { state }) => {
    const page = pageOfV1(state.vpcs.values(), call.query);
    const last = page.at(-1);
    const limit = Number(call.query.get("limit") ?? 0);
    const more = last !== undefined && limit > 0 && page.length === limit;
    return {
      status: 200,
      body: {
        request_id: randomUUID(),
        vpcs: page.map((vpc) => describe(state, vpc)),
        page_info: {
          current_count: page.length,
          ...(page[0] ? { previous_marker: page[0].id } : {}),
          ...(more ? { next_marker: last.id } : {}),
        },
      },
    };
  }),
  reads("vpc", "/v3/:project/vpc/vpcs/:id", (call, { state }) => ({
    status: 200,
    body: {
      request_id: randomUUID(),
      vpc: describe(state, found(state.vpcs, "vpc", call.param("id"))),
    },
  })),
];

function describe(state: LabState, vpc: LabVpc) {
  return {
    id: vpc.id,
    name: vpc.name,
    description: vpc.description,
    cidr: vpc.cidr,
    extend_cidrs: [],
    status: "ACTIVE",
    project_id: state.project.id,
    enterprise_project_id: "0",
    created_at: timeForms.zulu(vpc.createdAt),
    updated_at: timeForms.zulu(vpc.createdAt),
    cloud_resources: [],
    tags: [],
  };
}

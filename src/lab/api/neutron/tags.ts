import { z } from "zod";
import { type Endpoint, reads, writes } from "../endpoint.ts";
import { tagSubnet, updateVpc } from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { findSubnet } from "./subnets.ts";

/** Neutron's longest tag; a slash would end the path of the API that sets one. */
const body = z.object({
  tags: z.array(
    z
      .string()
      .max(60)
      .regex(/^[^/,]+$/),
  ),
});

/** Tags of routers and subnets, as a whole list (extension standard-attr-tag). */
export const tagEndpoints: readonly Endpoint[] = [
  reads("vpc", "/v2.0/routers/:id/tags", (call, { state }) => ({
    status: 200,
    body: { tags: found(state.vpcs, "vpc", call.param("id")).tags },
  })),
  writes("vpc", "PUT", "/v2.0/routers/:id/tags", (call, { state }) => ({
    status: 200,
    body: { tags: updateVpc(state, call.param("id"), call.read(body)).tags },
  })),
  reads("subnet", "/v2.0/subnets/:id/tags", (call, { state }) => ({
    status: 200,
    body: { tags: findSubnet(state, call.param("id")).tags },
  })),
  writes("subnet", "PUT", "/v2.0/subnets/:id/tags", (call, { state }) => {
    const { id } = findSubnet(state, call.param("id"));
    return { status: 200, body: { tags: tagSubnet(state, id, call.read(body).tags).tags } };
  }),
];

import { z } from "zod";
import type { LabState } from "../../state.ts";
import { type Call, type Endpoint, reads, writes } from "../endpoint.ts";
import { tagSubnet, updateVpc } from "../operations/index.ts";
import { Refused } from "../operations/refused.ts";

/** Neutron's longest tag in a list; a slash would end the path of the API that sets one. */
const body = z.object({
  tags: z.array(
    z
      .string()
      .max(60)
      .regex(/^[^/,]+$/),
  ),
});

interface Tagged {
  /** In paths. */
  readonly kind: string;
  find(state: LabState, id: string): { readonly id: string; readonly tags: readonly string[] } | undefined;
  write(state: LabState, id: string, tags: readonly string[]): unknown;
}

const tagged: readonly Tagged[] = [
  {
    kind: "routers",
    find: (state, id) => state.vpcs.get(id),
    write: (state, id, tags) => updateVpc(state, id, { tags }),
  },
  {
    kind: "subnets",
    find: (state, id) => [...state.subnets.values()].find(({ neutronSubnetId }) => neutronSubnetId === id),
    write: tagSubnet,
  },
];

/** Tags of routers and subnets, as a whole list and one by one (extension standard-attr-tag). */
export const tagEndpoints: readonly Endpoint[] = tagged.flatMap(({ kind, find, write }) => {
  const path = `/v2.0/${kind}/:id/tags`;
  const resource = (call: Call, state: LabState) => {
    const there = find(state, call.param("id"));
    if (there) return there;
    // Not what Neutron says of a router or a subnet elsewhere.
    throw new Refused("tag", "foreign", `Resource ${kind} ${call.param("id")} could not be found.`);
  };
  return [
    reads("tag", path, (call, { state }) => ({ status: 200, body: { tags: resource(call, state).tags } })),
    writes("tag", "PUT", path, (call, { state }) => {
      const { tags } = call.read(body);
      write(state, resource(call, state).id, tags);
      return { status: 200, body: { tags } };
    }),
    writes("tag", "PUT", `${path}/:tag`, (call, { state }) => {
      const { id, tags } = resource(call, state);
      const tag = call.param("tag");
      if (!tags.includes(tag)) write(state, id, [...tags, tag]);
      return { status: 201, body: null };
    }),
    writes("tag", "DELETE", `${path}/:tag`, (call, { state }) => {
      const { id, tags } = resource(call, state);
      const tag = call.param("tag");
      if (!tags.includes(tag)) throw new Refused("tag", "missing", `Tag ${tag} could not be found.`);
      write(
        state,
        id,
        tags.filter((each) => each !== tag),
      );
      return { status: 204 };
    }),
  ];
});

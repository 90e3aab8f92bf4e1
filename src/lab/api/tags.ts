import type { LabState } from "../state.ts";
import { type Endpoint, reads } from "./endpoint.ts";
import { found, type Subject } from "./operations/refused.ts";

/** `GET .../{id}/tags` of one kind of object. The lab keeps no tags, and says so as an object without any does. */
export function tagEndpoint(
  subject: Subject,
  objects: string,
  all: (state: LabState) => ReadonlyMap<string, unknown>,
): Endpoint {
  return reads(subject, `${objects}/:id/tags`, (call, { state }) => {
    found(all(state), subject, call.param("id"));
    return { status: 200, body: { tags: [] } };
  });
}

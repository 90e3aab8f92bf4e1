import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** One by one, with what a tag of Wayout's has: a colon and a space. */
export async function tagCalls(call: Call, stage: Stage): Promise<void> {
  for (const [kind, id] of [
    ["router", stage.routerId],
    ["subnet", stage.subnetId],
  ] as const) {
    const tags = `/v2.0/${kind}s/${id}/tags`;
    const tag = `${tags}/${encodeURIComponent("calls:one 198.18.0.0-15")}`;
    await call(`tag of a ${kind}`, "PUT", tag, { body: {} });
    await call(`tag of a ${kind}, again`, "PUT", tag, { body: {} });
    await call(`tags of a ${kind}`, "GET", tags, { same: ["tags"] });
    await call(`tag of a ${kind}, deleted`, "DELETE", tag);
    await call(`tag of a ${kind}, deleted again`, "DELETE", tag);
    await call(`tags of a ${kind}, none`, "GET", tags, { same: ["tags"] });
    await call(`tag of a ${kind} that is not there`, "PUT", tag.replace(id, noId), { body: {} });
  }
}

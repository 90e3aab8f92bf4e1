import { at } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** RFC 7232 as Neutron has it: If-Match: revision_number=N (its extension revision-if-match). */
export async function ifMatchCalls(call: Call, stage: Stage): Promise<void> {
  const objects = [
    ["port", `/v2.0/ports/${stage.clientPortId}`],
    ["router", `/v2.0/routers/${stage.routerId}`],
    ["subnet", `/v2.0/subnets/${stage.subnetId}`],
  ] as const;
  for (const [key, path] of objects) {
    const shown = await call(`${key} before If-Match`, "GET", path);
    const revision = Number(at(shown, `${key}.revision_number`));
    const body = { [key]: { name: at(shown, `${key}.name`) } };
    await call(`${key}, If-Match with another revision`, "PUT", path, {
      body,
      headers: { "if-match": `revision_number=${revision + 1000}` },
    });
    await call(`${key}, If-Match with its revision`, "PUT", path, {
      body,
      headers: { "if-match": `revision_number=${revision}` },
    });
    await call(`${key}, If-Match that is none`, "PUT", path, { body, headers: { "if-match": "anything" } });
  }
}

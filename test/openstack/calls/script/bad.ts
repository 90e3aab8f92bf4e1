import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** What any API should refuse. */
export async function badCalls(call: Call, stage: Stage): Promise<void> {
  const port = `/v2.0/ports/${stage.proxyPortId}`;
  await call("body that is no JSON", "PUT", port, { body: "{" });
  await call("body without its object", "PUT", port, { body: { ports: {} } });
  await call("body with an unknown field", "PUT", port, { body: { port: { no_such_field: 1 } } });
  await call("body with a field that cannot be changed", "PUT", port, {
    body: { port: { network_id: noId } },
  });
  await call("body with a wrong type", "PUT", port, { body: { port: { admin_state_up: "perhaps" } } });
  await call("path that is not there", "GET", "/v2.0/no-such-things");
  await call("id that is no id", "GET", "/v2.0/ports/no-such-port");
  await call("router that is not there", "GET", `/v2.0/routers/${noId}`);
  await call("subnet that is not there", "GET", `/v2.0/subnets/${noId}`);
  await call("network that is not there", "GET", `/v2.0/networks/${noId}`);
  await call("floating IP that is not there", "GET", `/v2.0/floatingips/${noId}`);
  await call("group that is not there, shown", "GET", `/v2.0/security-groups/${noId}`);
}

import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Calls of Nova. */
export async function computeCalls(call: Call, stage: Stage): Promise<void> {
  const compute = { service: "compute" } as const;
  await call("servers", "GET", "/servers", compute);
  await call("servers in detail", "GET", "/servers/detail", compute);
  await call("servers in detail, a page", "GET", "/servers/detail?limit=1", compute);
  // Nova takes a name as a pattern; the one that is asked for need not be the first.
  await call("servers by a pattern of their name", "GET", "/servers?name=^ecs-app-1$", {
    ...compute,
    same: ["servers.length"],
  });
  await call("server", "GET", `/servers/${stage.proxyId}`, { ...compute, same: ["server.status"] });
  await call("interfaces of a server", "GET", `/servers/${stage.proxyId}/os-interface`, compute);
  await call("server that is not there", "GET", `/servers/${noId}`, compute);
  await call("flavors in detail", "GET", "/flavors/detail", compute);
}

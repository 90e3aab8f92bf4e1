import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Port security and groups of a port. */
export async function portSecurityCalls(call: Call, stage: Stage): Promise<void> {
  const set = async (name: string, port: unknown): Promise<void> => {
    await call(name, "PUT", `/v2.0/ports/${stage.proxyPortId}`, {
      body: { port },
      same: ["port.port_security_enabled", "port.allowed_address_pairs"],
    });
  };
  await set("port security off with groups", { port_security_enabled: false });
  await set("port security off", { port_security_enabled: false, security_groups: [] });
  await set("pair while port security is off", { allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] });
  await set("groups while port security is off", { security_groups: stage.proxyGroupIds });
  await set("port security on", { port_security_enabled: true, security_groups: stage.proxyGroupIds });
  await set("group that is not there", { security_groups: [noId] });
}

import { idAt, noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Ports without a server. */
export async function virtualIpCalls(call: Call, stage: Stage): Promise<void> {
  const made = await call("virtual IP: a port without a server", "POST", "/v2.0/ports", {
    body: {
      port: { name: "calls-vip", network_id: stage.networkId, fixed_ips: [{ subnet_id: stage.subnetId }] },
    },
    same: ["port.device_id", "port.device_owner", "port.status"],
  });
  await call("port with an address that is taken", "POST", "/v2.0/ports", {
    body: {
      port: {
        network_id: stage.networkId,
        fixed_ips: [{ subnet_id: stage.subnetId, ip_address: stage.proxyIp }],
      },
    },
  });
  await call("port with an address of no subnet", "POST", "/v2.0/ports", {
    body: { port: { network_id: stage.networkId, fixed_ips: [{ ip_address: "10.255.0.9" }] } },
  });
  await call("port in a network that is not there", "POST", "/v2.0/ports", {
    body: { port: { network_id: noId } },
  });
  await call("virtual IP, deleted", "DELETE", `/v2.0/ports/${idAt(made, "port.id")}`);
  await call("virtual IP, deleted again", "DELETE", `/v2.0/ports/${idAt(made, "port.id")}`);
}

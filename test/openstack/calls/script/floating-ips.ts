import { idAt, noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Floating IPs, and the ports they are bound to. */
export async function floatingIpCalls(call: Call, stage: Stage): Promise<void> {
  const bound = ["floatingip.port_id", "floatingip.fixed_ip_address"];
  const made = await call("floating IP", "POST", "/v2.0/floatingips", {
    body: { floatingip: { floating_network_id: stage.externalNetworkId, description: "made by the calls" } },
    same: [...bound, "floatingip.status", "floatingip.description"],
  });
  const path = `/v2.0/floatingips/${idAt(made, "floatingip.id")}`;
  const bind = (name: string, floatingip: object): Promise<unknown> =>
    call(name, "PUT", path, { body: { floatingip }, same: ["floatingip.fixed_ip_address"] });
  await bind("floating IP, bound", { port_id: stage.clientPortId });
  await call("floating IP, If-Match with another revision", "PUT", path, {
    body: { floatingip: { port_id: null } },
    headers: { "if-match": "revision_number=1000" },
  });
  await bind("floating IP, its description", { description: "changed" });
  await call("floating IPs of a port", "GET", `/v2.0/floatingips?port_id=${stage.clientPortId}`);
  await bind("floating IP, bound to a port that has one", { port_id: stage.proxyPortId });
  await bind("floating IP, bound to a port that is not there", { port_id: noId });
  await bind("floating IP, unbound", { port_id: null });
  await call("floating IP", "GET", path, { same: bound });
  const port = await call("port for a floating IP", "POST", "/v2.0/ports", {
    body: { port: { network_id: stage.networkId, fixed_ips: [{ subnet_id: stage.subnetId }] } },
  });
  await call("floating IP, bound to that port", "PUT", path, {
    body: { floatingip: { port_id: idAt(port, "port.id") } },
  });
  await call("port with a floating IP, deleted", "DELETE", `/v2.0/ports/${idAt(port, "port.id")}`);
  await call("floating IP after its port", "GET", path, { same: bound });
  await call("floating IPs", "GET", "/v2.0/floatingips");
  await call("floating IP, deleted", "DELETE", path);
  await call("floating IP, deleted again", "DELETE", path);
  await call("floating IP of a network that is not external", "POST", "/v2.0/floatingips", {
    body: { floatingip: { floating_network_id: stage.networkId } },
  });
}

import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** What is only read. */
export async function readingCalls(call: Call, stage: Stage, projectId: string): Promise<void> {
  await call("extensions", "GET", "/v2.0/extensions/extraroute-atomic", { same: ["extension.alias"] });
  await call("extension that is not there", "GET", "/v2.0/extensions/no-such-thing");
  await call("networks", "GET", "/v2.0/networks");
  await call("external networks", "GET", "/v2.0/networks?router:external=true");
  await call("network", "GET", `/v2.0/networks/${stage.networkId}`, { same: ["network.router:external"] });
  await call("subnets", "GET", "/v2.0/subnets");
  await call("subnet", "GET", `/v2.0/subnets/${stage.subnetId}`, {
    same: ["subnet.ip_version", "subnet.enable_dhcp", "subnet.host_routes"],
  });
  await call("routers", "GET", "/v2.0/routers");
  await call("router", "GET", `/v2.0/routers/${stage.routerId}`, {
    same: [
      "router.routes",
      "router.admin_state_up",
      "router.status",
      "router.external_gateway_info.enable_snat",
    ],
  });
  await call("ports of a router", "GET", `/v2.0/ports?device_id=${stage.routerId}`);
  await call("ports, a page of one field", "GET", "/v2.0/ports?limit=1&fields=id");
  await call("ports by address", "GET", `/v2.0/ports?fixed_ips=ip_address%3D${stage.proxyIp}`);
  await call("port", "GET", `/v2.0/ports/${stage.proxyPortId}`, {
    same: ["port.allowed_address_pairs", "port.port_security_enabled", "port.admin_state_up"],
  });
  await call("port that is not there", "GET", `/v2.0/ports/${noId}`);
  await call("quotas", "GET", `/v2.0/quotas/${projectId}`);
  await call("quotas in detail", "GET", `/v2.0/quotas/${projectId}/details.json`);
}

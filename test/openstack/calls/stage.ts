/** What the calls are made on: a server with a floating IP and one without, in one subnet behind a router with a gateway. */
import type { Endpoint } from "./endpoint.ts";
import { at, idAt } from "./field.ts";

export interface Stage {
  readonly externalNetworkId: string;
  readonly networkId: string;
  readonly subnetId: string;
  readonly gatewayIp: string;
  readonly routerId: string;
  readonly proxyId: string;
  readonly proxyPortId: string;
  readonly proxyIp: string;
  readonly proxyGroupIds: unknown;
  readonly clientPortId: string;
}

/** Finds the stage by the names of its servers. Throws where a part of it is not there. */
export async function findStage(
  api: Endpoint,
  names: { readonly proxy: string; readonly client: string },
): Promise<Stage> {
  const get = async (path: string): Promise<unknown> => (await api.call("network", "GET", path)).body;
  const portOf = async (name: string) => {
    const servers = at((await api.call("compute", "GET", "/servers/detail")).body, "servers");
    const called = (Array.isArray(servers) ? servers : []).find((server) => at(server, "name") === name);
    const serverId = idAt(called, "id");
    return { serverId, port: at(await get(`/v2.0/ports?device_id=${serverId}`), "ports.0") };
  };
  const [proxy, client] = [await portOf(names.proxy), await portOf(names.client)];
  const networkId = idAt(proxy.port, "network_id");
  const subnetId = idAt(proxy.port, "fixed_ips.0.subnet_id");
  const ports = at(await get(`/v2.0/ports?network_id=${networkId}`), "ports");
  const ofRouter = (Array.isArray(ports) ? ports : []).find((port) =>
    String(at(port, "device_owner")).startsWith("network:router_interface"),
  );
  return {
    externalNetworkId: idAt(await get("/v2.0/networks?router:external=true"), "networks.0.id"),
    networkId,
    subnetId,
    gatewayIp: String(at(await get(`/v2.0/subnets/${subnetId}`), "subnet.gateway_ip")),
    routerId: idAt(ofRouter, "device_id"),
    proxyId: proxy.serverId,
    proxyPortId: idAt(proxy.port, "id"),
    proxyIp: String(at(proxy.port, "fixed_ips.0.ip_address")),
    proxyGroupIds: at(proxy.port, "security_groups"),
    clientPortId: idAt(client.port, "id"),
  };
}

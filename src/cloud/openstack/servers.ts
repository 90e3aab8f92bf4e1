/** Nova `/v2.1/servers`; which NICs a server has comes from Neutron, in one list for all of them. */
import { z } from "zod";
import { anyAddress, cloudId } from "../../spec/forms.ts";
import { links, listOf, optionalMac, optionalText, recordOf } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Server, ServerAddress } from "../cloud.ts";
import { addressOf, listPorts, type Port } from "../neutron/ports.ts";
import { listByLink } from "../paging.ts";
import { indexOf, type Lists, type NetworkMap, vpcIdOf } from "./network.ts";

const serverSchema = z.object({
  id: cloudId,
  name: optionalText,
  status: optionalText,
  /** By network name; a floating entry has the MAC of its NIC. */
  addresses: recordOf(
    listOf(
      z.object({
        addr: anyAddress,
        "OS-EXT-IPS:type": optionalText,
        "OS-EXT-IPS-MAC:mac_addr": optionalMac,
      }),
    ),
  ).nullish(),
});
type ServerAnswer = z.infer<typeof serverSchema>;

export async function readServers(api: Api, lists: Lists): Promise<readonly Server[]> {
  const schema = z.object({ servers: listOf(serverSchema), servers_links: links });
  const request = { service: "compute", path: "/v2.1/servers/detail" } as const;
  const [servers, ports, map] = await Promise.all([
    listByLink(api, request, schema, (page) => ({ items: page.servers, links: page.servers_links })),
    lists.ports(),
    lists.map(),
  ]);
  const byServer = Map.groupBy(ports, (port) => port.device_id);
  return servers.map((server) => asServer(server, byServer.get(server.id) ?? [], map));
}

export async function readServer(api: Api, lists: Lists, id: string): Promise<Server | undefined> {
  const request = { service: "compute", path: "/v2.1/servers/{id}", ids: { id } } as const;
  const answer = await api.find(request, z.object({ server: serverSchema }));
  if (!answer) return undefined;
  const [ports, map] = await Promise.all([listPorts(api, { device_id: id }), lists.map()]);
  return asServer(answer.server, ports, map);
}

const nowhere = { place: Number.POSITIVE_INFINITY, subnet: undefined };

/** The VPC of the first NIC: Neutron does not say which one is a server's main one, and NICs may be in several VPCs. */
function asServer(server: ServerAnswer, ports: readonly Port[], map: NetworkMap): Server {
  const floating = new Map(
    Object.values(server.addresses ?? {})
      .flat()
      .filter((entry) => entry["OS-EXT-IPS:type"] === "floating")
      // From the end: of several with one MAC, the first counts.
      .toReversed()
      .map((entry) => [entry["OS-EXT-IPS-MAC:mac_addr"], entry.addr]),
  );
  const addresses = ports.flatMap((port): ServerAddress[] => {
    const ip = addressOf(port)?.ip_address;
    if (ip === undefined) return [];
    const publicIp = floating.get(port.mac_address);
    return [{ ip, nicId: port.id, mac: port.mac_address, ...(publicIp === undefined ? {} : { publicIp }) }];
  });
  const { subnets } = indexOf(map);
  const homes = ports.flatMap((port) => subnets.get(addressOf(port)?.subnet_id ?? "") ?? []);
  const home = homes.reduce((first, one) => (one.place < first.place ? one : first), homes[0] ?? nowhere);
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    vpcId: home.subnet ? vpcIdOf(home.subnet, map) : "",
    addresses,
    securityGroupIds: [...new Set(ports.flatMap((port) => port.security_groups))],
  };
}

/** ECS API v1 `/v1/{project}/cloudservers`. */
import { z } from "zod";
import { isAddress } from "../../spec/addresses.ts";
import { anyAddress, cloudId } from "../../spec/forms.ts";
import { listOf, optionalId, optionalList, optionalMac, optionalText, recordOf } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Server, ServerAddress } from "../cloud.ts";
import { boundsOf } from "../list-bounds.ts";
import { everyEnterpriseProject } from "./enterprise-projects.ts";

const serverSchema = z.object({
  id: cloudId,
  name: optionalText,
  status: optionalText,
  metadata: z.object({ vpc_id: optionalId, os_type: z.string().optional() }).nullish(),
  /** By VPC id. */
  addresses: recordOf(
    listOf(
      z.object({
        addr: anyAddress,
        /** "4" here, 4 in Nova's answers. */
        version: z.coerce.number(),
        "OS-EXT-IPS:type": z.string().nullish(),
        "OS-EXT-IPS-MAC:mac_addr": optionalMac,
        "OS-EXT-IPS:port_id": optionalId,
      }),
    ),
    cloudId,
  ).nullish(),
  security_groups: optionalList(z.object({ id: optionalId })),
});
type ServerAnswer = z.infer<typeof serverSchema>;

const pageSchema = z.object({ count: z.number(), servers: listOf(serverSchema) });

/** The most that one page holds (ECS API, "Querying Details About ECSs"). */
const pageSize = 1000;

/** `offset` is a page number from 1. The first page tells the count; the others are read side by side. */
export async function readServers(api: Api): Promise<readonly Server[]> {
  const list = { service: "ecs", path: "/v1/{project}/cloudservers/detail" } as const;
  const bounds = boundsOf(api, list);
  const readPage = (offset: number): Promise<z.infer<typeof pageSchema>> => {
    const query = { ...everyEnterpriseProject, limit: pageSize, offset };
    return api.get(bounds.next({ ...list, query }), pageSchema);
  };
  const first = await readPage(1);
  bounds.has(first.count);
  const pages = Math.ceil(first.count / pageSize);
  const rest = await Promise.all(
    Array.from({ length: Math.max(0, pages - 1) }, (_, index) => readPage(index + 2)),
  );
  bounds.has([first, ...rest].reduce((sum, { servers }) => sum + servers.length, 0));
  // A server made or deleted meanwhile shifts the pages, and another one comes twice.
  const byId = new Map(
    [first, ...rest].flatMap((page) => page.servers.map((server) => [server.id, server] as const)),
  );
  return [...byId.values()].map(asServer);
}

export async function readServer(api: Api, id: string): Promise<Server | undefined> {
  const answer = await api.find(
    { service: "ecs", path: "/v1/{project}/cloudservers/{id}", ids: { id } },
    z.object({ server: serverSchema }),
  );
  return answer && asServer(answer.server);
}

function asServer(server: ServerAnswer): Server {
  const addresses = server.addresses ?? {};
  const osType = server.metadata?.os_type;
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    vpcId: (server.metadata?.vpc_id || Object.keys(addresses)[0]) ?? "",
    addresses: Object.values(addresses).flatMap(joined),
    securityGroupIds: server.security_groups.map((group) => group.id).filter((id) => id !== ""),
    ...(osType === undefined ? {} : { osType }),
  };
}

/** A floating entry repeats the port (or at least the MAC) of the NIC whose EIP it is. */
function joined(entries: NonNullable<ServerAnswer["addresses"]>[string]): readonly ServerAddress[] {
  const ipv4 = entries.filter((entry) => entry.version === 4 && isAddress(entry.addr));
  // From the end: of several with one port or MAC, the first counts.
  const floating = ipv4.filter((entry) => entry["OS-EXT-IPS:type"] === "floating").toReversed();
  const byNic = new Map(floating.map((entry) => [entry["OS-EXT-IPS:port_id"], entry.addr]));
  const byMac = new Map(floating.map((entry) => [entry["OS-EXT-IPS-MAC:mac_addr"], entry.addr]));
  const byMacAlone = new Map(
    floating
      .filter((entry) => entry["OS-EXT-IPS:port_id"] === "")
      .map((entry) => [entry["OS-EXT-IPS-MAC:mac_addr"], entry.addr]),
  );
  return ipv4
    .filter((entry) => entry["OS-EXT-IPS:type"] !== "floating")
    .map((entry) => {
      const nicId = entry["OS-EXT-IPS:port_id"];
      const mac = entry["OS-EXT-IPS-MAC:mac_addr"];
      const publicIp = nicId === "" ? byMac.get(mac) : (byNic.get(nicId) ?? byMacAlone.get(mac));
      return { ip: entry.addr, nicId, mac, ...(publicIp === undefined ? {} : { publicIp }) };
    });
}

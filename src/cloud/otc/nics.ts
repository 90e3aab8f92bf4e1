/** Neutron `/v2.0/ports` on OTC's VPC host. */
import { z } from "zod";
import { isAddress } from "../../spec/addresses.ts";
import type { Api } from "../api.ts";
import type { AddressPair, Nic } from "../cloud.ts";
import { listByLink } from "../paging.ts";
import { links, optionalList, optionalText } from "./answer-fields.ts";

const portSchema = z.object({
  id: z.string(),
  name: optionalText,
  network_id: z.string(),
  device_id: optionalText,
  device_owner: optionalText,
  mac_address: optionalText,
  fixed_ips: optionalList(z.object({ ip_address: z.string() })),
  security_groups: optionalList(z.string()),
  allowed_address_pairs: optionalList(
    z.object({ ip_address: z.string(), mac_address: z.string().nullish() }),
  ),
});

const pageSchema = z.object({ ports: z.array(portSchema), ports_links: links });
export const onePort = z.object({ port: portSchema });

export async function readNics(
  api: Api,
  filter: { readonly subnetId?: string; readonly serverId?: string } = {},
): Promise<readonly Nic[]> {
  const query = { network_id: filter.subnetId, device_id: filter.serverId };
  const ports = await listByLink(
    api,
    { service: "network", path: "/v2.0/ports", query },
    pageSchema,
    (page) => ({
      items: page.ports,
      links: page.ports_links,
    }),
  );
  return ports.map(asNic);
}

export async function readNic(api: Api, id: string): Promise<Nic | undefined> {
  const answer = await api.find(portPath(id), onePort);
  return answer && asNic(answer.port);
}

/** Replaces the whole list; Neutron knows no other way. */
export async function setAddressPairs(api: Api, nicId: string, pairs: readonly AddressPair[]): Promise<void> {
  const allowed = pairs.map((pair) => ({ ...pair }));
  await api.put(portPath(nicId), { port: { allowed_address_pairs: allowed } }, onePort);
}

/** Replaces the whole list. */
export async function setNicSecurityGroups(
  api: Api,
  nicId: string,
  groupIds: readonly string[],
): Promise<void> {
  await api.put(portPath(nicId), { port: { security_groups: groupIds } }, onePort);
}

export function portPath(id: string) {
  return { service: "network", path: "/v2.0/ports/{id}", ids: { id } } as const;
}

export function asNic(answer: z.infer<typeof portSchema>): Nic {
  const mac = answer.mac_address;
  return {
    id: answer.id,
    name: answer.name,
    serverId: answer.device_id,
    subnetId: answer.network_id,
    ip: answer.fixed_ips.find((fixed) => isAddress(fixed.ip_address))?.ip_address ?? "",
    mac,
    owner: answer.device_owner,
    securityGroupIds: answer.security_groups,
    // Neutron fills in the port's own MAC where none was given: left out again, so that a write reads back as written.
    addressPairs: answer.allowed_address_pairs.map((pair) =>
      pair.mac_address && pair.mac_address !== mac
        ? { ip_address: pair.ip_address, mac_address: pair.mac_address }
        : { ip_address: pair.ip_address },
    ),
  };
}

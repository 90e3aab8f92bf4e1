/** Neutron's ports: NICs, virtual IPs and the cloud's own ones. Huawei Cloud has the same bodies under a path of its own. */
import { z } from "zod";
import type { JsonValue } from "../../report/json-value.ts";
import { isAddress } from "../../spec/addresses.ts";
import { anyAddress, anyRange, cloudId } from "../../spec/forms.ts";
import {
  deviceId,
  links,
  listOf,
  optionalId,
  optionalList,
  optionalMac,
  optionalText,
} from "../answer-fields.ts";
import type { Api, ApiRequest } from "../api.ts";
import type { AddressPair, Nic } from "../cloud.ts";
import { listByLink } from "../paging.ts";
import { waitUntil } from "../settle.ts";

const portSchema = z.object({
  id: cloudId,
  name: optionalText,
  network_id: cloudId,
  device_id: deviceId,
  device_owner: optionalText,
  mac_address: optionalMac,
  fixed_ips: optionalList(z.object({ subnet_id: optionalId, ip_address: anyAddress })),
  security_groups: optionalList(cloudId),
  allowed_address_pairs: optionalList(z.object({ ip_address: anyRange, mac_address: optionalMac })),
  port_security_enabled: z.boolean().nullish(),
  extra_dhcp_opts: optionalList(
    z.object({ opt_name: z.string(), opt_value: optionalText, ip_version: z.number().nullish() }),
  ),
  revision_number: z.number().nullish(),
});
export type Port = z.infer<typeof portSchema>;

const pageSchema = z.object({ ports: listOf(portSchema), ports_links: links });
export const onePort = z.object({ port: portSchema });

/** Where a cloud has its ports. */
export type PortsPath = Pick<ApiRequest, "service" | "path">;
export const neutronPorts: PortsPath = { service: "network", path: "/v2.0/ports" };

export async function listPorts(
  api: Api,
  query: Readonly<Record<string, string | undefined>> = {},
  at: PortsPath = neutronPorts,
): Promise<readonly Port[]> {
  const request = { ...at, query };
  return listByLink(api, request, pageSchema, (page) => ({ items: page.ports, links: page.ports_links }));
}

export async function findPort(
  api: Api,
  id: string,
  at: PortsPath = neutronPorts,
): Promise<Port | undefined> {
  return (await api.find(portPath(id, at), onePort))?.port;
}

/** @param headers `If-Match`, where the change must not overtake another one. */
export async function changePort(
  api: Api,
  id: string,
  change: JsonValue,
  at: PortsPath = neutronPorts,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  await api.put({ ...portPath(id, at), headers }, { port: change }, onePort);
}

/** Waits until it is shown no more. */
export async function deletePort(api: Api, id: string, at: PortsPath = neutronPorts): Promise<void> {
  await api.delete(portPath(id, at));
  await waitUntil(
    api.http,
    `port ${id} deleted`,
    () => findPort(api, id, at),
    (seen) => seen === undefined,
  );
}

export function portPath(id: string, { service, path }: PortsPath = neutronPorts): ApiRequest {
  return { service, path: `${path}/{id}`, ids: { id } };
}

/** The port's first IPv4 address. */
export function addressOf(port: Port): Port["fixed_ips"][number] | undefined {
  return port.fixed_ips.find((fixed) => isAddress(fixed.ip_address));
}

/** @param subnetId by which id the cloud's drivers know a subnet: on OTC its network's. */
export function asNic(port: Port, subnetId: string): Nic {
  return {
    id: port.id,
    name: port.name,
    serverId: port.device_id,
    subnetId,
    ip: addressOf(port)?.ip_address ?? "",
    mac: port.mac_address,
    owner: port.device_owner,
    securityGroupIds: port.security_groups,
    addressPairs: pairsOf(port),
  };
}

/** Neutron fills in the port's own MAC where none was given: left out again, so that a write reads back as written. */
export function pairsOf({ allowed_address_pairs, mac_address }: Port): AddressPair[] {
  return allowed_address_pairs.map((pair) =>
    pair.mac_address && pair.mac_address !== mac_address
      ? { ip_address: pair.ip_address, mac_address: pair.mac_address }
      : { ip_address: pair.ip_address },
  );
}

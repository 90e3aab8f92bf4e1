/** NICs: ports, whose subnet goes by its network's id. */
import type { Api } from "../api.ts";
import type { AddressPair, Nic } from "../cloud.ts";
import { asNic, changePort, findPort, listPorts, type Port, type PortsPath } from "../neutron/ports.ts";

export async function readNics(
  api: Api,
  at: PortsPath,
  filter: { readonly subnetId?: string; readonly serverId?: string } = {},
): Promise<readonly Nic[]> {
  const ports = await listPorts(api, { network_id: filter.subnetId, device_id: filter.serverId }, at);
  return ports.map(nicOf);
}

export async function readNic(api: Api, at: PortsPath, id: string): Promise<Nic | undefined> {
  const port = await findPort(api, id, at);
  return port && nicOf(port);
}

/** Replaces the whole list; Neutron knows no other way. */
export async function setAddressPairs(
  api: Api,
  at: PortsPath,
  nicId: string,
  pairs: readonly AddressPair[],
): Promise<void> {
  await changePort(api, nicId, { allowed_address_pairs: pairs.map((pair) => ({ ...pair })) }, at);
}

/** Replaces the whole list. */
export async function setNicSecurityGroups(
  api: Api,
  at: PortsPath,
  nicId: string,
  groupIds: readonly string[],
): Promise<void> {
  await changePort(api, nicId, { security_groups: [...groupIds] }, at);
}

export function nicOf(port: Port): Nic {
  return asNic(port, port.network_id);
}

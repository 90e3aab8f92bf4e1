/** Virtual IPs on plain OpenStack: ports without a device. */
import { z } from "zod";
import type { Api } from "../api.ts";
import type { Nic } from "../cloud.ts";
import { CloudProblem } from "../errors.ts";
import { onePort, portPath } from "../neutron/ports.ts";
import { waitUntil } from "../settle.ts";
import { subnetSchema } from "./network.ts";
import { nicOf, readNic, readNics } from "./nics.ts";

/**
 * In no security group: it sends nothing itself, and the addresses that it is bound to would count as members of the group,
 * for rules that let a group in. One of this name and address that is there already is an interrupted call's.
 */
export async function createVirtualIp(
  api: Api,
  { subnetId, name, ip }: { readonly subnetId: string; readonly name: string; readonly ip: string },
): Promise<Nic> {
  const there = await readNics(api, { subnetId });
  const made = there.find((nic) => nic.serverId === "" && nic.name === name && nic.ip === ip);
  if (made) return made;
  const network = await networkOf(api, subnetId);
  const { port } = await api.post(
    { service: "network", path: "/v2.0/ports" },
    {
      port: {
        network_id: network,
        name,
        security_groups: [],
        fixed_ips: [{ subnet_id: subnetId, ip_address: ip }],
      },
    },
    onePort,
  );
  return nicOf(port);
}

export async function deleteVirtualIp(api: Api, id: string): Promise<void> {
  await api.delete(portPath(id));
  await waitUntil(
    api.http,
    "virtual IP deleted",
    () => readNic(api, id),
    (seen) => seen === undefined,
  );
}

async function networkOf(api: Api, subnetId: string): Promise<string> {
  const path = { service: "network", path: "/v2.0/subnets/{id}", ids: { id: subnetId } } as const;
  const answer = await api.find(path, z.object({ subnet: subnetSchema }));
  if (answer) return answer.subnet.network_id;
  throw new CloudProblem({
    code: "cloud/not-found",
    summary: `subnet ${subnetId} is gone from the cloud`,
    hint: "Run plan again.",
  });
}

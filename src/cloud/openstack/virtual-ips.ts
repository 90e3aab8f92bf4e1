/** Virtual IPs on plain OpenStack: ports without a device. */
import type { Api } from "../api.ts";
import type { Nic } from "../cloud.ts";
import { CloudProblem } from "../errors.ts";
import { neutronPorts, onePort } from "../neutron/ports.ts";
import { nicOf, readNics } from "./nics.ts";
import { findSubnet } from "./subnets.ts";

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
  const subnet = await findSubnet(api, subnetId);
  if (subnet === undefined) {
    throw new CloudProblem({
      code: "cloud/not-found",
      summary: `subnet ${subnetId} is gone from the cloud`,
      hint: "Run plan again.",
    });
  }
  const { port } = await api.post(
    neutronPorts,
    {
      port: {
        network_id: subnet.network_id,
        name,
        security_groups: [],
        fixed_ips: [{ subnet_id: subnetId, ip_address: ip }],
      },
    },
    onePort,
  );
  return nicOf(port);
}

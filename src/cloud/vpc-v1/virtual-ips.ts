/** Virtual IPs: ports that no server has. */
import type { Api } from "../api.ts";
import type { Nic } from "../cloud.ts";
import { onePort, type PortsPath } from "../neutron/ports.ts";
import { nicOf, readNics } from "./nics.ts";

/** Only so does a virtual IP work beyond its VPC, with an EIP too (VPC API, "Creating a Port"). */
const owner = "neutron:VIP_PORT";

/** One with this name and address that is there already is the one that an interrupted call made. */
export async function createVirtualIp(
  api: Api,
  at: PortsPath,
  wish: { readonly subnetId: string; readonly name: string; readonly ip: string },
): Promise<Nic> {
  const there = await readNics(api, at, { subnetId: wish.subnetId });
  const made = there.find((nic) => nic.owner === owner && nic.name === wish.name && nic.ip === wish.ip);
  if (made) return made;
  const { port } = await api.post(
    at,
    {
      port: {
        network_id: wish.subnetId,
        name: wish.name,
        device_owner: owner,
        fixed_ips: [{ ip_address: wish.ip }],
      },
    },
    onePort,
  );
  return nicOf(port);
}

/** What a server's own network configuration should be: the fabric gives it, the server (or its init) applies it. */
import type { LabState } from "../state.ts";
import { vpcDnsAddress } from "../state.ts";
import type { Item } from "./items.ts";
import { checkedAddress, checkedMac, checkedRange, type Nic, nicsOf } from "./links.ts";

export interface ServerNic {
  /** eth0 for the primary NIC, then eth1 ... Already there in the server's namespace. */
  readonly device: string;
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
  /** The subnet's gateway. The default route goes through the primary NIC's. */
  readonly gateway: string;
  readonly dns: readonly string[];
}

/** A server's NICs, the primary one first. */
export function networkOf(state: LabState, serverId: string): ServerNic[] {
  return nicsOf(state)
    .filter((nic) => nic.server.id === serverId)
    .map(serverNic);
}

export function serverNic({ port, subnet, device }: Nic): ServerNic {
  return {
    device,
    mac: checkedMac(port.mac),
    address: checkedAddress(port.ip),
    prefix: checkedRange(subnet.cidr).prefix,
    gateway: checkedAddress(subnet.gatewayIp),
    dns: [vpcDnsAddress],
  };
}

/** Commands of `ip` that configure a server without an init system. */
export function addressItems(nics: readonly ServerNic[]): Item[] {
  return [
    { key: "lo", add: ["link set lo up"], remove: [] },
    ...nics.map(({ device, address, prefix, gateway }, index) => ({
      key: `address ${device}`,
      add: [
        `link set ${device} up`,
        `address replace ${address}/${prefix} dev ${device}`,
        ...(index === 0 ? [`route replace default via ${gateway} dev ${device}`] : []),
      ],
      remove: [],
    })),
  ];
}

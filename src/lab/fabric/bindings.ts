/** Which EIPs truly work, and for which private address. Pure. */
import type { LabState } from "../state.ts";
import { checkedAddress } from "./links.ts";

export interface Binding {
  readonly vpcId: string;
  readonly publicAddress: string;
  readonly privateAddress: string;
}

/**
 * EIPs bound to a NIC or a virtual IP. An EIP on a virtual IP that is the next hop of a route does not work
 * (OTC VPC FAQ, "Are There Any Restrictions on Using a Route Table?").
 */
export function bindingsOf(state: LabState): Binding[] {
  const tables = state.cloud !== "openstack" ? [...state.routeTables.values()] : [];
  const nextHops = new Set(
    tables.flatMap((table) =>
      table.routes
        .filter((route) => route.type === "vip")
        .map((route) => `${table.vpcId} ${checkedAddress(route.nexthop)}`),
    ),
  );
  return [...state.publicIps.values()].flatMap((eip) => {
    const port = state.ports.get(eip.portId);
    const subnet = port && state.subnets.get(port.subnetId);
    if (!port || !subnet) return [];
    const privateAddress = checkedAddress(port.ip);
    if (port.serverId === "" && nextHops.has(`${subnet.vpcId} ${privateAddress}`)) return [];
    return [{ vpcId: subnet.vpcId, publicAddress: checkedAddress(eip.address), privateAddress }];
  });
}

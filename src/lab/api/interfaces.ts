import type { LabState } from "../state.ts";

/** A server's NICs as Nova's os-interface has them; ECS adds fields of its own. */
export function interfacesOf(state: LabState, serverId: string) {
  return state.ports.ofServer(serverId).map((port) => ({
    port_id: port.id,
    net_id: port.subnetId,
    mac_addr: port.mac,
    port_state: state.servers.get(serverId)?.status === "ACTIVE" ? "ACTIVE" : "DOWN",
    fixed_ips: [{ subnet_id: state.subnets.get(port.subnetId)?.neutronSubnetId ?? "", ip_address: port.ip }],
  }));
}

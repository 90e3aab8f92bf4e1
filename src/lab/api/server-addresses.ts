import type { LabPort, LabServer, LabState } from "../state.ts";

/** One address of a server as ECS and Nova list it. */
export interface ServerAddress {
  readonly port: LabPort;
  readonly address: string;
  readonly type: "fixed" | "floating";
}

/** A look-up of servers' addresses that is made once per answer, however many servers it describes. */
export function serverAddresses(state: LabState): (server: LabServer) => readonly ServerAddress[] {
  const publicByPort = new Map(
    state.publicIps.values().map((publicIp) => [publicIp.portId, publicIp.address]),
  );
  return (server) =>
    state.ports.ofServer(server.id).flatMap((port): ServerAddress[] => {
      const floating = publicByPort.get(port.id);
      return [
        { port, address: port.ip, type: "fixed" },
        ...(floating === undefined ? [] : [{ port, address: floating, type: "floating" } as const]),
      ];
    });
}

/** The VPC of the server's primary NIC; a server without one has none. */
export function vpcIdOf(state: LabState, server: LabServer): string {
  const port = state.ports.ofServer(server.id)[0];
  return (port && state.subnets.get(port.subnetId)?.vpcId) ?? "";
}

/** Names as well as ids, because Nova shows the one and ECS both. */
export function groupsOf(
  state: LabState,
  server: LabServer,
): { readonly id: string; readonly name: string }[] {
  const ids = new Set(state.ports.ofServer(server.id).flatMap((port) => port.securityGroupIds));
  return [...ids].map((id) => ({ id, name: state.securityGroups.get(id)?.name ?? "" }));
}

/** What Nova calls the state of a machine, next to its status. */
export function machineState(status: LabServer["status"]) {
  const states = {
    BUILD: { vm: "building", task: "spawning", power: 0 },
    ACTIVE: { vm: "active", task: null, power: 1 },
    SHUTOFF: { vm: "stopped", task: null, power: 4 },
    REBOOT: { vm: "active", task: "rebooting", power: 1 },
    ERROR: { vm: "error", task: null, power: 0 },
  } as const;
  return states[status];
}

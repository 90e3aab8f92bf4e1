import type { ServerStatus } from "../client/status.ts";
import type { LabServer, LabState } from "../state.ts";

/** The servers as `wayout lab status` lists them, in the order in which they were made. */
export function serverStatuses(state: LabState): ServerStatus[] {
  const eips = new Map([...state.publicIps.values()].map(({ portId, address }) => [portId, address]));
  return [...state.servers.values()].map((server) => statusOf(state, server, eips));
}

function statusOf(state: LabState, server: LabServer, eips: ReadonlyMap<string, string>): ServerStatus {
  const [nic] = state.ports.ofServer(server.id);
  const subnet = nic ? state.subnets.get(nic.subnetId) : undefined;
  const vpc = subnet ? state.vpcs.get(subnet.vpcId) : undefined;
  return {
    name: server.name,
    id: server.id,
    privateIp: nic?.ip ?? "",
    eip: (nic && eips.get(nic.id)) ?? null,
    vpc: vpc?.name ?? "",
    subnet: subnet?.name ?? "",
    zone: server.zone,
    kind: server.kind,
    image: server.image,
    state: server.status,
  };
}

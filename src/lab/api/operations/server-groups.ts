import type { LabPort, LabSecurityGroup, LabState } from "../../state.ts";
import { updatePort } from "./ports.ts";
import { found, Refused } from "./refused.ts";

/**
 * Puts every NIC of the server into the group, as Nova does for its `addSecurityGroup`
 * (nova/network/security_group_api.py, `add_to_instance`).
 */
export function joinGroup(state: LabState, serverId: string, nameOrId: string): void {
  const ports = portsOf(state, serverId);
  const { id } = groupCalled(state, nameOrId);
  if (ports.some((port) => !port.portSecurity)) {
    throw new Refused(
      "server",
      "invalid",
      "Network requires port_security_enabled and subnet associated in order to apply security groups.",
    );
  }
  for (const port of ports) {
    updatePort(state, port.id, { securityGroupIds: [...port.securityGroupIds, id] });
  }
}

/** Takes every NIC of the server out of the group. */
export function leaveGroup(state: LabState, serverId: string, nameOrId: string): void {
  const { id } = groupCalled(state, nameOrId);
  const members = portsOf(state, serverId).filter((port) => port.securityGroupIds.includes(id));
  if (members.length === 0) {
    const words = `Security group ${id} not associated with the instance ${serverId}`;
    throw new Refused("security-group", "missing", words);
  }
  for (const port of members) {
    updatePort(state, port.id, { securityGroupIds: port.securityGroupIds.filter((each) => each !== id) });
  }
}

function portsOf(state: LabState, serverId: string): LabPort[] {
  return state.ports.ofServer(found(state.servers, "server", serverId).id);
}

function groupCalled(state: LabState, nameOrId: string): LabSecurityGroup {
  const byId = state.securityGroups.get(nameOrId);
  if (byId) return byId;
  const [named, ...others] = state.securityGroups.values().filter((group) => group.name === nameOrId);
  if (!named) throw new Refused("security-group", "missing", `Security group ${nameOrId} not found.`);
  if (others.length > 0) {
    throw new Refused("security-group", "duplicate", `Multiple security groups are named ${nameOrId}.`);
  }
  return named;
}

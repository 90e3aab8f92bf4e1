import { randomUUID } from "node:crypto";
import type { LabSecurityGroup, LabSecurityGroupRule, LabState } from "../../state.ts";
import { requireRoom, usedRules } from "./quotas.ts";
import { found, Refused } from "./refused.ts";
import { requireRule } from "./security-group-rules.ts";

/** Every project has this group, and a port without a group of its own is in it. */
const defaultGroupName = "default";

/** The project's `default` group, made at the first need as Neutron does. */
export function defaultSecurityGroup(state: LabState, at: Date = new Date()): LabSecurityGroup {
  const group = state.securityGroups.values().find((each) => each.name === defaultGroupName);
  return group ?? createGroup(state, { name: defaultGroupName, description: "Default security group" }, at);
}

/** Creates the group with the rules a new one has on OTC: out to everywhere, in from the same group. */
export function addSecurityGroup(
  state: LabState,
  wish: { readonly name: string; readonly description?: string | undefined },
  at: Date = new Date(),
): LabSecurityGroup {
  requireName(wish.name);
  if (wish.name === defaultGroupName) {
    throw new Refused("security-group", "duplicate", "Default security group already exists.");
  }
  requireRoom(state, "securityGroups", "security-group", state.securityGroups.size);
  return createGroup(state, wish, at);
}

export function updateSecurityGroup(
  state: LabState,
  id: string,
  change: { readonly name?: string | undefined; readonly description?: string | undefined },
): LabSecurityGroup {
  const group = found(state.securityGroups, "security-group", id);
  if (change.name !== undefined && change.name !== group.name) {
    requireName(change.name);
    if (group.name === defaultGroupName || change.name === defaultGroupName) {
      throw new Refused("security-group", "is-default", "Updating default security group not allowed.");
    }
  }
  const changed = {
    ...group,
    name: change.name ?? group.name,
    description: change.description ?? group.description,
  };
  state.securityGroups.set(id, changed);
  return changed;
}

/** A group that a port uses or another group's rule names stays, and so does `default`. */
export function removeSecurityGroup(state: LabState, id: string): void {
  const group = found(state.securityGroups, "security-group", id);
  if (group.name === defaultGroupName) {
    throw new Refused(
      "security-group",
      "is-default",
      "Insufficient rights for removing default security group.",
    );
  }
  const user = state.ports.values().find((port) => port.securityGroupIds.includes(id));
  if (user) throw new Refused("security-group", "in-use", `Security Group ${id} in use by port ${user.id}.`);
  for (const other of state.securityGroups.values()) {
    if (other.id !== id && other.rules.some((rule) => rule.remoteGroupId === id)) {
      throw new Refused("security-group", "in-use", `Security Group ${id} in use by a rule of ${other.id}.`);
    }
  }
  state.securityGroups.delete(id);
}

/** What a rule says; everything but the direction has a default that means "any". */
export interface RuleWish {
  readonly direction: "ingress" | "egress";
  readonly ethertype?: "IPv4" | "IPv6" | undefined;
  readonly protocol?: string | null | undefined;
  readonly portMin?: number | null | undefined;
  readonly portMax?: number | null | undefined;
  readonly remoteCidr?: string | null | undefined;
  readonly remoteGroupId?: string | null | undefined;
  readonly description?: string | undefined;
}

/** Refuses the rule that the group has already, as Neutron does. */
export function addRule(state: LabState, groupId: string, wish: RuleWish): LabSecurityGroupRule {
  const group = found(state.securityGroups, "security-group", groupId);
  const rule = requireRule(state, { id: randomUUID(), ...filled(wish) });
  const twin = group.rules.find((each) => meaning(each) === meaning(rule));
  if (twin) {
    throw new Refused(
      "security-group-rule",
      "duplicate",
      `Security group rule already exists. Rule id is ${twin.id}.`,
    );
  }
  requireRoom(state, "securityGroupRules", "security-group-rule", usedRules(state));
  state.securityGroups.set(groupId, { ...group, rules: [...group.rules, rule] });
  return rule;
}

export function removeRule(state: LabState, ruleId: string): void {
  const { group } = findRule(state, ruleId);
  state.securityGroups.set(group.id, { ...group, rules: group.rules.filter((rule) => rule.id !== ruleId) });
}

export function findRule(
  state: LabState,
  ruleId: string,
): { readonly group: LabSecurityGroup; readonly rule: LabSecurityGroupRule } {
  for (const group of state.securityGroups.values()) {
    const rule = group.rules.find((each) => each.id === ruleId);
    if (rule) return { group, rule };
  }
  throw new Refused("security-group-rule", "missing", `Security group rule ${ruleId} does not exist`);
}

function createGroup(
  state: LabState,
  wish: { readonly name: string; readonly description?: string | undefined },
  at: Date,
): LabSecurityGroup {
  const id = randomUUID();
  const first = (direction: RuleWish["direction"], ethertype: "IPv4" | "IPv6"): LabSecurityGroupRule => ({
    id: randomUUID(),
    ...filled({ direction, ethertype, remoteGroupId: direction === "ingress" ? id : null }),
  });
  const group: LabSecurityGroup = {
    id,
    name: wish.name,
    description: wish.description ?? "",
    rules: [
      first("egress", "IPv4"),
      first("egress", "IPv6"),
      // On a plain OpenStack only the default group lets its own members in.
      ...(state.cloud !== "openstack" || wish.name === defaultGroupName
        ? [first("ingress", "IPv4"), first("ingress", "IPv6")]
        : []),
    ],
    createdAt: at.toISOString(),
  };
  state.securityGroups.set(id, group);
  return group;
}

function filled(wish: RuleWish): Omit<LabSecurityGroupRule, "id"> {
  return {
    direction: wish.direction,
    ethertype: wish.ethertype ?? "IPv4",
    protocol: wish.protocol ?? null,
    portMin: wish.portMin ?? null,
    portMax: wish.portMax ?? null,
    remoteCidr: wish.remoteCidr ?? null,
    remoteGroupId: wish.remoteGroupId ?? null,
    description: wish.description ?? "",
  };
}

/** Two rules that differ in id or description only are the same rule. */
function meaning(rule: LabSecurityGroupRule): string {
  const { id: _id, description: _description, ...rest } = rule;
  return JSON.stringify(rest, Object.keys(rest).sort());
}

function requireName(name: string): void {
  if (name === "" || name.length > 255 || /[<>]/.test(name)) {
    throw new Refused("security-group", "invalid", `Invalid security group name: ${name}`);
  }
}

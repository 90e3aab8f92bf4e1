import type { Cloud, SecurityGroup, SecurityGroupRule, SecurityGroupRuleSpec } from "../../../cloud/cloud.ts";
import { Problem } from "../../../report/problem.ts";
import { ownMark } from "../../gateway.ts";
import type { Decision, Observed, Step } from "../../step.ts";
import { listWithOthers } from "../../with-others.ts";
import type { ReadOnlyWorld } from "../../world.ts";
import { blockedWithoutNic, nicGone } from "../nic-gone.ts";
import { type Group, type Have, have, type PlacedRule, type Want, want } from "./model.ts";
import {
  grantsFor,
  grantsOfUsers,
  isGrant,
  missingRules,
  rulesFor,
  sameRule,
  trapWarnings,
  unwantedRules,
  wantedRules,
} from "./rules.ts";
import { differencesOf, names, ruleText } from "./words.ts";

/**
 * Puts the proxy's NIC into a security group of the gateway's own that lets the served subnets in by address.
 *
 * Why not the clients' group, as the manual has it: with the source/destination check off, a rule "from group X"
 * lets any address in as soon as the NIC is a member of X (Neutron API reference, allowed_address_pairs). So the
 * NIC leaves its groups, and nobody loses what he had: their rules are copied into the own group, and where other
 * groups let the NIC in by group, they get the same rule for its address.
 */
export const securityGroup: Step<Want, Have> = {
  kind: "cloud/security-group",
  want,
  have,
  object: ({ server, outside }) => (outside ? `${server} outside` : server),
  title: ({ server, nicIp, groupName, mode, outside }) =>
    mode === "own"
      ? `Put ${server} into its own security group ${groupName}`
      : `Add security group ${groupName} to ${server}${outside ? `'s NIC ${nicIp}` : ""}`,

  observe: observeGroups,

  decide(wanted, observed): Decision {
    if (observed.is === "absent" || observed.have.nicGone) return blockedWithoutNic(wanted.server);
    if (observed.is === "foreign") {
      return {
        action: "blocked",
        because: `there is a security group ${wanted.groupName} that Wayout did not make`,
        hint: "Rename or delete it.",
        adoptable: false,
      };
    }
    const now = observed.have;
    const missing = missingRules(wanted, now);
    const unwanted = unwantedRules(wanted, now);
    const others = now.onNic.filter((group) => group.id !== now.own?.id);
    const leaves = wanted.mode === "own" ? others : [];
    const attached = now.own !== null && now.onNic.some((group) => group.id === now.own?.id);
    const warnings = trapWarnings(wanted, now);
    if (attached && leaves.length === 0 && missing.length === 0 && unwanted.length === 0) {
      const because = `${wanted.groupName} lets ${letsIn(wanted).join(", ")} in already`;
      return { action: "none", because, warnings };
    }
    const reasons = [
      attached ? "" : `the NIC is not in ${wanted.groupName}`,
      leaves.length > 0 ? `it is in ${names(leaves)}, whose rules "from group" would match any address` : "",
      attached && missing.length > 0
        ? `${missing.length === 1 ? "a rule is" : `${missing.length} rules are`} missing`
        : "",
      unwanted.length > 0
        ? `${unwanted.length === 1 ? "a rule lets" : `${unwanted.length} rules let`} in more than ${wanted.outside ? "the other proxy" : "the served subnets"}`
        : "",
    ];
    const grants = grantsFor(wanted, now);
    return {
      action: now.own ? "change" : "create",
      because: reasons.filter((text) => text !== "").join("; "),
      after: {
        groups:
          wanted.mode === "own"
            ? [wanted.groupName]
            : [...others.map((group) => group.name), wanted.groupName],
        rules: wantedRules(wanted, now).map((rule) => ruleText(rule, now.onNic)),
        rulesInOtherGroups: grants.map(({ groupName, rule }) => `${groupName}: ${ruleText(rule)}`),
      },
      notice: `what could reach ${wanted.server} before still can${wanted.editsEndConnections ? "; an edit of security groups may end inbound connections of their members" : ""}`,
      warnings,
    };
  },

  async apply(wanted, observed, { cloud }) {
    if (observed.is !== "ours") return;
    const now = observed.have;
    const own = now.own ?? (await createGroup(wanted, cloud));
    for (const rule of missingRules(wanted, { ...now, own })) await cloud.addSecurityGroupRule(own.id, rule);
    for (const { groupId, rule } of grantsFor(wanted, now)) await cloud.addSecurityGroupRule(groupId, rule);
    const group = await cloud.securityGroup(own.id);
    for (const unwanted of unwantedRules(wanted, { ...now, own })) {
      for (const rule of group?.rules.filter((one) => sameRule(one, unwanted)) ?? []) {
        await cloud.deleteSecurityGroupRule(rule.id);
      }
    }
    const others =
      wanted.mode === "own" ? [] : now.onNic.map((group) => group.id).filter((id) => id !== own.id);
    await cloud.setNicSecurityGroups(wanted.nicId, [...others, own.id]);
  },

  async undo(wanted, before, world) {
    if (before.is === "absent") return;
    const { cloud } = world;
    const groups = await cloud.securityGroups();
    if (await cloud.nic(wanted.nicId)) await leaveGroup(wanted, before.have, groups, cloud);
    for (const group of groups) {
      if (group.description === ownMark(wanted.gateway)) continue;
      for (const rule of group.rules.filter((one) => isGrant(wanted, one))) {
        const kept = before.have.grants.some((one) => one.groupId === group.id && sameRule(one.rule, rule));
        if (!kept) await cloud.deleteSecurityGroupRule(rule.id);
      }
    }
    const own = groups.find((group) => isOwn(wanted, group));
    if (!own) return;
    const was = before.have.own;
    if (!was) {
      // A proxy that took this one's place is in the group now.
      const used = (await cloud.nics()).some((nic) => nic.securityGroupIds.includes(own.id));
      if (!used) await cloud.deleteSecurityGroup(own.id);
      return;
    }
    for (const rule of rulesFor(wanted.gateway, was.rules).filter(
      (one) => !own.rules.some((other) => sameRule(one, other)),
    )) {
      await cloud.addSecurityGroupRule(own.id, rule);
    }
    for (const rule of rulesFor(wanted.gateway, own.rules).filter(
      (one) => !was.rules.some((other) => sameRule(one, other)),
    )) {
      await cloud.deleteSecurityGroupRule(rule.id);
    }
  },

  subject: ({ nicId }) => nicId,

  withOthers: (before, left, found) => ({
    ...before,
    onNic: listWithOthers(before.onNic, left.onNic, found.onNic, (a, b) => a.id === b.id),
    own:
      before.own && left.own && found.own
        ? {
            ...before.own,
            rules: listWithOthers(before.own.rules, left.own.rules, found.own.rules, sameRule),
          }
        : before.own,
  }),

  /** The group and the rules for the NIC's address are still there, and in nobody's way but the user's. */
  async gone(wanted, world) {
    const gone = await nicGone(wanted, world);
    return gone && { ...gone, left: withoutNic };
  },

  describe: ({ onNic, own, nicGone: gone }) =>
    gone ? (own ? `${own.name}, without the NIC` : "without the NIC") : `in ${names(onNic)}`,

  differences: (now, left, { gateway }) => differencesOf(gateway, now, left),

  // What another gateway lets in here, and what its own groups let in of this NIC, comes and goes with that gateway.
  own: ({ onNic, own, grants }, { gateway }) => ({
    onNic: onNic.map((group) => group.id).sort(),
    own: own
      ? rulesFor(gateway, own.rules)
          .map((rule) => ruleText(rule))
          .sort()
      : null,
    grants: grantsOfUsers(grants)
      .map(({ groupId, rule }) => `${groupId} ${ruleText(rule)}`)
      .sort(),
  }),
};

/** Whom the rules of ours are for. */
function letsIn({ served, peer, outside }: Want): readonly string[] {
  return outside && peer ? [peer.ip] : served;
}

function withoutNic(state: Observed<Have>): Observed<Have> {
  return state.is === "absent" ? state : { ...state, have: { ...state.have, onNic: [] } };
}

/** Back to the NIC's groups from before, as far as they still exist. */
async function leaveGroup(
  { server, groupName, nicId }: Want,
  before: Have,
  groups: readonly SecurityGroup[],
  cloud: Cloud,
): Promise<void> {
  const back = before.onNic.filter((group) => groups.some((one) => one.id === group.id));
  if (back.length === 0 && before.onNic.length > 0) {
    throw new Problem({
      code: "undo/security-group-gone",
      summary: `${server} was in ${names(before.onNic)}, which no longer exists`,
      hint: `It stays in ${groupName}; put it into a group by hand, then go on with \`undo --force\`.`,
    });
  }
  await cloud.setNicSecurityGroups(
    nicId,
    back.map((group) => group.id),
  );
}

async function createGroup(wanted: Want, cloud: Cloud): Promise<Group> {
  const made = await cloud.createSecurityGroup({
    name: wanted.groupName,
    description: ownMark(wanted.gateway),
  });
  return { id: made.id, name: made.name, rules: made.rules.map(plainRule) };
}

async function observeGroups(wanted: Want, { cloud }: ReadOnlyWorld): Promise<Observed<Have>> {
  const [nic, groups] = await Promise.all([cloud.nic(wanted.nicId), cloud.securityGroups()]);
  const own = groups.find((group) => isOwn(wanted, group));
  const namesake = groups.find((group) => group.name === wanted.groupName && !isOwn(wanted, group));
  const plain = groups.map(({ id, name, rules }): Group => ({ id, name, rules: rules.map(plainRule) }));
  // In the NIC's own order, so that undo gives back the same list.
  const onNic = (nic?.securityGroupIds ?? []).flatMap((id) => plain.find((group) => group.id === id) ?? []);
  // The group of a pair's other proxy says itself what of this one it lets in.
  const ofGateway = new Set(
    groups.filter((group) => group.description === ownMark(wanted.gateway)).map((group) => group.id),
  );
  const left = new Set(onNic.map((group) => group.id).filter((id) => id !== own?.id));
  const rulesOf = (test: (rule: SecurityGroupRuleSpec, groupId: string) => boolean): PlacedRule[] =>
    plain.flatMap((group) =>
      group.rules
        .filter((rule) => test(rule, group.id))
        .map((rule) => ({ groupId: group.id, groupName: group.name, rule })),
    );
  const there: Have = {
    onNic,
    own: plain.find((group) => group.id === own?.id) ?? null,
    referring: rulesOf(
      (rule, id) => !ofGateway.has(id) && rule.remoteGroupId !== null && left.has(rule.remoteGroupId),
    ),
    grants: rulesOf((rule, id) => !ofGateway.has(id) && isGrant(wanted, rule)),
    trapped: rulesOf((rule, id) => own !== undefined && id !== own.id && rule.remoteGroupId === own.id),
    ...(nic ? {} : { nicGone: true }),
  };
  return namesake && !own
    ? { is: "foreign", have: there, whose: "not made by Wayout" }
    : { is: "ours", have: there };
}

function isOwn(wanted: Want, group: { readonly name: string; readonly description: string }): boolean {
  return group.name === wanted.groupName && group.description === ownMark(wanted.gateway);
}

function plainRule({ id, groupId, ...rule }: SecurityGroupRule): SecurityGroupRuleSpec {
  return rule;
}

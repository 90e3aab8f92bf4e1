/** Which rules the gateway's own group and the groups around it need. Pure. */
import type { SecurityGroupRuleSpec } from "../../../cloud/cloud.ts";
import { syncPort } from "../../../host/pair/conntrackd-conf.ts";
import { isMarkOfAnother, isOwnName, ownMark } from "../../gateway.ts";
import type { Have, PlacedRule, Rule, Want } from "./model.ts";

/** Everything the own group must hold: the served subnets, and what the NIC's other groups allowed. */
export function wantedRules(want: Want, have: Have): Rule[] {
  const own = ownRules(want);
  const left = want.mode === "own" ? have.onNic.filter((group) => group.id !== have.own?.id) : [];
  // What a killed run gave the NIC in the groups that it leaves is not theirs.
  const copied = left.flatMap((group) =>
    group.rules
      .filter((rule) => !isGrant(want, rule))
      .map((rule): Rule => ({ ...rule, description: copiedFrom(group.name) })),
  );
  // A rule that says the same as one of ours stays known as a copy: what was reachable before is told by the copies.
  const kept = own.map((rule) => copied.find((one) => sameRule(one, rule)) ?? rule);
  return unique([...kept, ...copied]);
}

/** Says which group a rule of the own one was in before. */
export function copiedFrom(group: string): string {
  return `copied from ${group}`;
}

function port(number: number): Pick<Rule, "portMin" | "portMax"> {
  return { portMin: number, portMax: number };
}

/** VRRP is IP protocol 112 (RFC 9568, 5.1.1.4). */
const vrrp = "112";

function ownRules({ gateway, served, peer }: Want): Rule[] {
  const from = (remoteCidr: string, more: Partial<Rule> = {}): Rule => ({
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    portMin: null,
    portMax: null,
    remoteCidr,
    remoteGroupId: null,
    description: ownMark(gateway),
    ...more,
  });
  return [
    ...served.map((cidr) => from(cidr)),
    ...(peer === undefined
      ? []
      : [
          from(`${peer.ip}/32`, { protocol: vrrp }),
          from(`${peer.ip}/32`, { protocol: "udp", ...port(syncPort) }),
          from(`${peer.ip}/32`, { protocol: "icmp" }),
          from(`${peer.ip}/32`, { protocol: "tcp", ...port(peer.sshPort) }),
        ]),
  ];
}

/** Of the gateway's own group: what another gateway lets in there comes and goes with that one. */
export function rulesFor<T extends Rule>(gateway: string, rules: readonly T[]): T[] {
  return rules.filter(({ description }) => !isMarkOfAnother(gateway, description));
}

/** What gateways' own groups let in of the NIC comes and goes with those gateways. */
export function grantsOfUsers(grants: readonly PlacedRule[]): PlacedRule[] {
  return grants.filter(({ groupName }) => !isOwnName(groupName));
}

export function missingRules(want: Want, have: Have): Rule[] {
  const there = new Set((have.own?.rules ?? []).map(effectOf));
  return wantedRules(want, have).filter((rule) => !there.has(effectOf(rule)));
}

/**
 * Rules that the own group must not hold: ours for subnets that are no longer served, and those that name the group
 * itself. A new group has such a rule (OTC: ingress from its own members), and once the check is off it would let
 * the whole Internet in.
 */
export function unwantedRules(want: Want, have: Have): Rule[] {
  const mark = ownMark(want.gateway);
  const ours = ownRules(want);
  return (have.own?.rules ?? []).filter(
    (rule) =>
      (rule.remoteGroupId !== null && rule.remoteGroupId === have.own?.id) ||
      (rule.description === mark && !ours.some((one) => sameRule(one, rule))),
  );
}

/** Rules for the NIC's address, in each group that let the NIC in by a group which it now leaves. */
export function grantsFor(want: Want, have: Have): PlacedRule[] {
  if (want.mode !== "own") return [];
  const grants = have.referring.map(
    ({ groupId, groupName, rule }): PlacedRule => ({
      groupId,
      groupName,
      rule: {
        ...rule,
        remoteGroupId: null,
        remoteCidr: `${want.nicIp}/32`,
        description: ownMark(want.gateway),
      },
    }),
  );
  const placed = new Set(have.grants.map(placeOf));
  const fresh = grants.filter((grant) => {
    const place = placeOf(grant);
    const isNew = !placed.has(place);
    placed.add(place);
    return isNew;
  });
  return fresh.filter(({ rule }) => rule.ethertype === "IPv4");
}

/** A rule of ours in somebody else's group, for this NIC's address. */
export function isGrant({ gateway, nicIp }: Want, rule: SecurityGroupRuleSpec): boolean {
  return rule.description === ownMark(gateway) && rule.remoteCidr === `${nicIp}/32`;
}

export function trapWarnings(want: Want, have: Have): string[] {
  if (want.outside) return [];
  const trap = want.mode === "own" ? have.trapped : [...have.trapped, ...have.referring];
  return trap.map(
    ({ groupName, rule }) =>
      `a rule of security group ${groupName} (${rule.direction} ${rule.protocol ?? "all"}) names a group of ${want.server}: with its source/destination check off, that rule matches any address`,
  );
}

/** Same effect; descriptions and ids do not matter. */
export function sameRule(a: SecurityGroupRuleSpec, b: SecurityGroupRuleSpec): boolean {
  return (
    a.direction === b.direction &&
    a.ethertype === b.ethertype &&
    a.protocol === b.protocol &&
    a.portMin === b.portMin &&
    a.portMax === b.portMax &&
    anywhere(a.remoteCidr) === anywhere(b.remoteCidr) &&
    a.remoteGroupId === b.remoteGroupId
  );
}

/** Alike for those that `sameRule` takes for the same. */
function effectOf(rule: SecurityGroupRuleSpec): string {
  const { direction, ethertype, protocol, portMin, portMax, remoteCidr, remoteGroupId } = rule;
  return JSON.stringify([
    direction,
    ethertype,
    protocol,
    portMin,
    portMax,
    anywhere(remoteCidr),
    remoteGroupId,
  ]);
}

/** No remote at all and 0.0.0.0/0 mean the same. */
function anywhere(cidr: string | null): string | null {
  return cidr === "0.0.0.0/0" || cidr === "::/0" ? null : cidr;
}

function placeOf({ groupId, rule }: PlacedRule): string {
  return `${groupId} ${effectOf(rule)}`;
}

function unique(rules: readonly Rule[]): Rule[] {
  const byEffect = new Map<string, Rule>();
  for (const rule of rules) {
    const effect = effectOf(rule);
    if (!byEffect.has(effect)) byEffect.set(effect, rule);
  }
  return [...byEffect.values()];
}

/** How groups and rules read for people. Pure. */
import type { SecurityGroupRuleSpec } from "../../../cloud/cloud.ts";
import type { Group, Have } from "./model.ts";
import { grantsOfUsers, rulesFor } from "./rules.ts";

export function names(groups: readonly { readonly name: string }[]): string {
  return groups.length === 0 ? "no group" : groups.map((group) => group.name).join(", ");
}

/** "ingress tcp 22 from 0.0.0.0/0", as a person reads it; groups by their names where these are known. */
export function ruleText(rule: SecurityGroupRuleSpec, groups: readonly Group[] = []): string {
  const { direction, ethertype, protocol, portMin, portMax, remoteCidr, remoteGroupId } = rule;
  const ports = portMin === null ? "" : portMin === portMax ? ` ${portMin}` : ` ${portMin}-${portMax}`;
  const group = groups.find((one) => one.id === remoteGroupId)?.name ?? remoteGroupId;
  const remote = remoteCidr ?? (group === null ? "anywhere" : `group ${group}`);
  const family = ethertype === "IPv6" ? " IPv6" : "";
  return `${direction}${family} ${protocol ?? "all"}${ports} ${direction === "ingress" ? "from" : "to"} ${remote}`;
}

/** What is there and Wayout did not leave so, and what is missing of that which it left. */
export function differencesOf(gateway: string, now: Have, left: Have): string[] {
  const known = [...now.onNic, ...left.onNic];
  const groups = ({ onNic }: Have): string[] => onNic.map(({ name }) => name);
  const rules = ({ own, grants }: Have): string[] => {
    const inOwn = own ? rulesFor(gateway, own.rules).map((rule) => ({ groupName: own.name, rule })) : [];
    return [...inOwn, ...grantsOfUsers(grants)].map(
      ({ groupName, rule }) => `${ruleText(rule, known)} in ${groupName}`,
    );
  };
  return [
    ...without(groups(now), groups(left)).map((name) => `a group more: ${name}`),
    ...without(groups(left), groups(now)).map((name) => `a group less: ${name}`),
    ...without(rules(now), rules(left)).map((rule) => `a rule more: ${rule}`),
    ...without(rules(left), rules(now)).map((rule) => `a rule less: ${rule}`),
  ];
}

function without(all: readonly string[], others: readonly string[]): string[] {
  return all.filter((one) => !others.includes(one));
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Group, Have, PlacedRule, Rule, Want } from "./model.ts";
import { grantsFor, missingRules, sameRule, trapWarnings, unwantedRules, wantedRules } from "./rules.ts";
import { securityGroup as step } from "./security-group.ts";

const want: Want = {
  gateway: "egress",
  server: "ecs-proxy",
  nicId: "nic-1",
  nicIp: "192.168.125.4",
  groupName: "wayout-egress",
  served: ["192.168.125.0/24"],
  mode: "own",
};
const rule = (over: Partial<Rule>): Rule => ({
  direction: "ingress",
  ethertype: "IPv4",
  protocol: null,
  portMin: null,
  portMax: null,
  remoteCidr: null,
  remoteGroupId: null,
  description: "",
  ...over,
});
const ssh = rule({ protocol: "tcp", portMin: 22, portMax: 22, remoteCidr: "0.0.0.0/0" });
const fromOwnGroup = rule({ remoteGroupId: "default" });
const byDefault: Group = {
  id: "default",
  name: "default",
  rules: [ssh, fromOwnGroup, rule({ direction: "egress" })],
};
const place = (one: Rule, group = "default"): PlacedRule => ({ groupId: group, groupName: group, rule: one });
const have = (over: Partial<Have>): Have => ({
  onNic: [byDefault],
  own: null,
  referring: [place(fromOwnGroup)],
  grants: [],
  trapped: [],
  ...over,
});
const decide = (there: Have, wanted = want) =>
  step.decide(wanted, { is: "ours", have: there }, { adopt: false });

describe("the gateway's own security group", () => {
  it("lets the served subnets in by address and keeps what the NIC's groups allowed", () => {
    expect(wantedRules(want, have({}))).toMatchObject([
      { direction: "ingress", protocol: null, remoteCidr: "192.168.125.0/24", description: "wayout:egress" },
      { protocol: "tcp", portMin: 22, remoteCidr: "0.0.0.0/0", description: "copied from default" },
      { remoteGroupId: "default", description: "copied from default" },
      { direction: "egress", description: "copied from default" },
    ]);
  });

  it("knows a rule that says the same as one of its own as one that was there before", () => {
    const same = rule({ remoteCidr: "192.168.125.0/24", description: "by hand" });
    const groups = have({ onNic: [{ ...byDefault, rules: [...byDefault.rules, same] }] });
    const made = wantedRules(want, groups);
    expect(made.filter((one) => one.remoteCidr === "192.168.125.0/24")).toMatchObject([
      { description: "copied from default" },
    ]);
    const own: Group = { id: "own", name: "wayout-egress", rules: made };
    expect(decide(have({ own, onNic: [own], referring: [] }))).toMatchObject({ action: "none" });
  });

  it("does not copy what it gave the NIC itself there, where a killed run had begun", () => {
    const granted = rule({ remoteCidr: "192.168.125.4/32", description: "wayout:egress" });
    const begun = { ...byDefault, rules: [...byDefault.rules, granted] };
    expect(wantedRules(want, have({ onNic: [begun] }))).toEqual(wantedRules(want, have({})));
  });

  it("gives the NIC's address what its group gave it in other groups", () => {
    expect(grantsFor(want, have({}))).toEqual([
      place({
        ...fromOwnGroup,
        remoteGroupId: null,
        remoteCidr: "192.168.125.4/32",
        description: "wayout:egress",
      }),
    ]);
  });

  it("grants nothing where the NIC keeps its groups, but warns of each rule that matches any address", () => {
    const adding: Want = { ...want, mode: "add" };
    expect(grantsFor(adding, have({}))).toEqual([]);
    expect(trapWarnings(adding, have({}))).toEqual([expect.stringContaining("rule matches any address")]);
    expect(trapWarnings(want, have({ trapped: [place(rule({ remoteGroupId: "own" }), "sg-db")] }))).toEqual([
      expect.stringContaining("security group sg-db"),
    ]);
  });

  it("is content once the NIC is in it alone", () => {
    const own: Group = { id: "own", name: "wayout-egress", rules: wantedRules(want, have({})) };
    expect(decide(have({ own, onNic: [own], referring: [] }))).toMatchObject({ action: "none" });
  });

  it("drops the rule of a subnet that is no longer served", () => {
    const own: Group = { id: "own", name: "wayout-egress", rules: wantedRules(want, have({ onNic: [] })) };
    const there = have({ own, onNic: [own], referring: [] });
    expect(unwantedRules({ ...want, served: ["10.0.0.0/8"] }, there)).toMatchObject([
      { remoteCidr: "192.168.125.0/24" },
    ]);
    expect(decide(there, { ...want, served: ["10.0.0.0/8"] })).toMatchObject({ action: "change" });
  });

  it("loses the rule of a new group that names the group itself: with the check off it would match any address", () => {
    const fromItself = rule({ remoteGroupId: "own" });
    const own: Group = {
      id: "own",
      name: "wayout-egress",
      rules: [...wantedRules(want, have({ onNic: [] })), fromItself],
    };
    expect(unwantedRules(want, have({ own }))).toEqual([fromItself]);
    expect(decide(have({ own, onNic: [own], referring: [] }))).toMatchObject({ action: "change" });
  });

  it("says that inbound connections may end where the cloud does that, and only there", () => {
    const notice = (wanted: typeof want) => {
      const decision = decide(have({}), wanted);
      return "notice" in decision ? decision.notice : "";
    };
    expect(notice(want)).toMatch(/before still can$/);
    expect(notice({ ...want, editsEndConnections: true })).toMatch(/may end inbound connections/);
  });

  it("is not taken over where somebody else made a group of its name", () => {
    const decision = step.decide(
      want,
      { is: "foreign", have: have({}), whose: "not made by Wayout" },
      { adopt: true },
    );
    expect(decision).toMatchObject({ action: "blocked", adoptable: false });
  });

  it("does not take for a change of its own what another gateway let in here, or took away with its own group", () => {
    const grant = rule({ remoteCidr: "192.168.125.4/32", description: "wayout:egress" });
    const own: Group = { id: "own", name: "wayout-egress", rules: [ssh] };
    const before = have({ own, onNic: [own], grants: [place(grant)] });
    const ofAnother = rule({ remoteCidr: "10.0.0.4/32", description: "wayout:other" });
    const after = have({
      own: { ...own, rules: [ssh, ofAnother] },
      onNic: [own],
      grants: [place(grant), place(grant, "wayout-other-ecs-2")],
    });
    expect(step.own?.(after, want)).toEqual(step.own?.(before, want));
    const byHand = have({ ...before, own: { ...own, rules: [ssh, { ...ofAnother, description: "mine" }] } });
    expect(step.own?.(byHand, want)).not.toEqual(step.own?.(before, want));
  });

  const anyRule = fc.record({
    direction: fc.constantFrom("ingress" as const, "egress" as const),
    ethertype: fc.constantFrom("IPv4" as const, "IPv6" as const),
    protocol: fc.constantFrom(null, "tcp", "udp", "icmp", "112"),
    portMin: fc.constantFrom(null, 22, 443),
    portMax: fc.constantFrom(null, 22, 443),
    remoteCidr: fc.constantFrom(null, "0.0.0.0/0", "192.168.125.0/24", "10.0.0.0/8"),
    remoteGroupId: fc.constantFrom(null, "default", "other"),
    description: fc.constantFrom("", "by hand"),
  });

  it("whatever the NIC's groups hold: nothing is missing after the change, and nothing is there twice", () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 12 }),
        fc.constantFrom("own" as const, "add" as const),
        (rules, mode) => {
          const wanted: Want = { ...want, mode };
          const before = have({
            onNic: [{ id: "default", name: "default", rules }],
            referring: rules.map((one) => place(one)),
          });
          const made = missingRules(wanted, before);
          expect(made.every((one, index) => made.findIndex((other) => sameRule(one, other)) === index)).toBe(
            true,
          );
          for (const one of mode === "own" ? rules : [])
            expect(made.some((other) => sameRule(one, other))).toBe(true);
          const own: Group = { id: "own", name: "wayout-egress", rules: made };
          const onNic = mode === "own" ? [own] : [...before.onNic, own];
          expect(decide({ ...before, own, onNic, referring: [] }, wanted).action).toBe("none");
          const grants = grantsFor(wanted, before);
          expect(grantsFor(wanted, { ...before, grants })).toEqual([]);
          expect(grants.every((grant) => grant.rule.remoteCidr === "192.168.125.4/32")).toBe(true);
        },
      ),
    );
  });
});

/** What undo brings back of a list that somebody else changed between two runs. */
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../report/json-value.ts";
import { rebindStep } from "./all-steps.ts";
import type { Change } from "./step.ts";
import { proxyOf } from "./testing/gateways.ts";
import { worldThat } from "./testing/writing-cloud.ts";

const onNic = { gateway: "egress", server: "ecs-1", nicId: "nic-1", nicIp: "192.168.125.4" };
const groupName = "wayout-egress-ecs-1";
const nic = { ...proxyOf(1).nic, id: "nic-1" };

/** A step whose state is a list, with short names in place of groups. "W" is Wayout's own. */
interface ListStep {
  readonly kind: string;
  readonly want: JsonValue;
  have(names: readonly string[]): JsonValue;
  /** Takes these changes back. @returns the list that was written. */
  undo(changes: Changes): Promise<readonly string[]>;
}
type Changes = readonly [Change, ...Change[]];

const group = (name: string) => ({ id: name, name: name === "W" ? groupName : name, rules: [] });
const groups = ["x", "y", "new", "W"].map((name) => ({
  ...group(name),
  description: name === "W" ? "wayout:egress" : "",
}));

const protectedBy: ListStep = {
  kind: "cloud/source-destination-check",
  want: { ...onNic, portSecurityOff: true },
  have: (names) => ({
    pairs: [],
    protection: { on: !names.includes("W"), securityGroupIds: names.filter((name) => name !== "W") },
  }),
  async undo(changes) {
    const written: string[] = [];
    const world = worldThat({
      setNicProtection: async (_, to) => {
        if (to.portSecurity) written.push(...to.securityGroupIds);
      },
    });
    await rebindStep(this.kind, this.want, changes).undo(world);
    return written;
  },
};

const securityGroups: ListStep = {
  kind: "cloud/security-group",
  want: { ...onNic, groupName, served: [], mode: "own" },
  have: (names) => ({
    onNic: names.map(group),
    own: names.includes("W") ? group("W") : null,
    referring: [],
    grants: [],
    trapped: [],
  }),
  async undo(changes) {
    const written: string[] = [];
    const writes = {
      setNicSecurityGroups: async (_: string, ids: readonly string[]) => {
        written.push(...ids);
      },
      deleteSecurityGroup: async () => undefined,
    };
    const world = worldThat(writes, { nics: [nic], securityGroups: groups });
    await rebindStep(this.kind, this.want, changes).undo(world);
    return written;
  },
};

const listOf = (names: string): readonly string[] => names.split(" ").filter((name) => name !== "");

/** "x -> x W" is a change from x to x and W; "x -> ?" was cut short. */
function changesOf({ have }: ListStep, [first, ...later]: readonly [string, ...string[]]): Changes {
  const ours = (names: string) => ({ is: "ours", have: have(listOf(names)) });
  const change = (text: string): Change => {
    const [before = "", after = ""] = text.split("->").map((part) => part.trim());
    return { before: ours(before), after: after === "?" ? null : ours(after) };
  };
  return [change(first), ...later.map(change)];
}

type Told = readonly [says: string, runs: readonly [string, ...string[]], back: string];

const ofAll: readonly Told[] = [
  ["of one run, what was before it", ["x -> W"], "x"],
  ["of two, what was before the first", ["x -> W", "-> W"], "x"],
  ["with what somebody added in between", ["x -> W", "new -> W"], "x new"],
  ["no less where it was cut short afterwards", ["x -> W", "new -> ?"], "x new"],
  ["without what was added and is gone again", ["x y -> W", "new -> new W", "-> W"], "x y"],
  ["once, what somebody put back by hand", ["x -> W", "x -> W"], "x"],
  ["what was before the first, where nobody knows how that was left", ["x -> ?", "new -> W"], "x"],
];

const ofLists: readonly Told[] = [
  ["with what was added beside Wayout's own", ["x -> x W", "x new W -> x new W"], "x new"],
  ["without what somebody took away in between", ["x y -> x y W", "y -> y W"], "y"],
  ["what Wayout itself took away, and nobody else", ["x y -> y W", "y -> y W"], "x y"],
];

describe.each([
  ["the NIC's security groups", securityGroups, [...ofAll, ...ofLists]],
  ["the groups of a NIC without port security", protectedBy, ofAll],
] as const)("undo brings back %s", (_, step, told) => {
  test.each(told)("%s: %j gives %s", async (_says, runs, back) => {
    expect(await step.undo(changesOf(step, runs))).toEqual(listOf(back));
  });
});

test("what is told of it ahead is what comes back", () => {
  const { kind, want } = securityGroups;
  const changes = changesOf(securityGroups, ["x -> x W", "x new -> x new W"]);
  expect(rebindStep(kind, want, changes).beforeText).toBe("in x, new");
});

test("a rule that others gave Wayout's own group stays where the group was there before, and Wayout's go", async () => {
  const rule = (remoteCidr: string) => ({
    ...({ direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 443, portMax: 443 } as const),
    ...{ remoteCidr, remoteGroupId: null, description: "" },
  });
  const ours = (cidrs: readonly string[]): JsonValue => {
    const own = { ...group("W"), rules: cidrs.map(rule) };
    return { is: "ours", have: { onNic: [own], own, referring: [], grants: [], trapped: [] } };
  };
  const now = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"];
  const [a = "", b = "", others = ""] = now;
  const deleted: string[] = [];
  const writes = {
    setNicSecurityGroups: async () => undefined,
    deleteSecurityGroupRule: async (id: string) => {
      deleted.push(id);
    },
  };
  const rules = now.map((cidr) => ({ ...rule(cidr), id: cidr, groupId: "W" }));
  const own = { ...group("W"), description: "wayout:egress", rules };
  await rebindStep(securityGroups.kind, securityGroups.want, [
    { before: ours([a]), after: ours([a, b]) },
    { before: ours([a, b, others]), after: ours(now) },
  ]).undo(worldThat(writes, { nics: [nic], securityGroups: [own] }));
  expect(deleted).toEqual(["10.1.0.0/16", "10.3.0.0/16"]);
});

/** Where undo goes on, and where it sees that somebody else changed what Wayout left. */
import { describe, expect, test } from "vitest";
import type { HostFacts } from "../host/host.ts";
import type { JsonValue } from "../report/json-value.ts";
import { rebindStep } from "./all-steps.ts";
import { isBetween } from "./between.ts";
import { proxyOf } from "./testing/gateways.ts";
import { factsOf, worldOfHost } from "./testing/still-host.ts";

const want = {
  gateway: "egress",
  host: { server: "ecs-1", destination: "203.0.113.10" },
  served: ["192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["fa:16:3e:00:00:03"],
  privateIp: "192.168.125.4",
};
const there = { servers: [proxyOf(1).server] };
const nothing = { before: { is: "absent" }, after: null };
const [bare, applied] = [factsOf("debian"), factsOf("debian-applied")];

async function isAsLeft(kind: string, change: (left: HostFacts) => HostFacts): Promise<boolean> {
  const stateOf = async (facts: HostFacts): Promise<JsonValue> =>
    (await rebindStep(kind, want, [nothing]).observe(worldOfHost(facts, there))).observed;
  const [before, after] = [await stateOf(bare), await stateOf(applied)];
  const now = await rebindStep(kind, want, [{ before, after }]).observe(worldOfHost(change(applied), there));
  expect(now.isBefore).toBe(false);
  return now.isAsLeft(after);
}

const byHand = {
  rule: "-A POSTROUTING -o eth0 -j MASQUERADE",
  position: 1,
  backend: "iptables-nft",
  source: "iptables",
} as const;
const withoutRules = ({ ownRules: _, ...facts }: HostFacts): HostFacts => facts;

type Told = readonly [says: string, change: (left: HostFacts) => HostFacts, goesOn: boolean];

describe.each<[string, readonly Told[]]>([
  [
    "host/source-nat",
    [
      ["nothing has changed", (left) => left, true],
      ["its rules are gone from the kernel", withoutRules, true],
      [
        "its rules and its file are gone",
        (left) => ({
          ...withoutRules(left),
          ownFiles: left.ownFiles.filter(({ path }) => !path.endsWith(".nft")),
        }),
        true,
      ],
      ["its entry does not run at boot any more", (left) => ({ ...left, ownUnitEnabled: false }), true],
      [
        "somebody has added to its rules",
        (left) => ({ ...left, ...(left.ownRules ? { ownRules: { ...left.ownRules, intact: false } } : {}) }),
        false,
      ],
      [
        "its rules are gone, and somebody has set others",
        (left) => ({ ...withoutRules(left), handMadeRules: [byHand] }),
        false,
      ],
      [
        "somebody has written into its file",
        (left) => ({
          ...left,
          ownFiles: left.ownFiles.map((file) => ({ ...file, content: `${file.content}# mine\n` })),
        }),
        false,
      ],
    ],
  ],
  [
    "host/ip-forwarding",
    [
      [
        "somebody has switched it off",
        (left) => ({ ...left, sysctl: { ...left.sysctl, "net.ipv4.ip_forward": "0" } }),
        true,
      ],
      [
        "somebody has set it to something else",
        (left) => ({ ...left, sysctl: { ...left.sysctl, "net.ipv4.ip_forward": "2" } }),
        false,
      ],
    ],
  ],
])("of %s, undo goes on", (kind, told) => {
  test.each(told.filter(([, , goesOn]) => goesOn))("where %s", async (_, change) => {
    expect(await isAsLeft(kind, change)).toBe(true);
  });
  test.each(told.filter(([, , goesOn]) => !goesOn))("not where %s", async (_, change) => {
    expect(await isAsLeft(kind, change)).toBe(false);
  });
});

test.each<[string, JsonValue, JsonValue, JsonValue, boolean]>([
  ["as it was left", "left", "left", "before", true],
  ["as it was before", "before", "left", "before", true],
  ["something else", "else", "left", "before", false],
  ["a part as before, the rest as left", { a: 1, b: 2 }, { a: 2, b: 2 }, { a: 1, b: 1 }, true],
  ["a part that neither has", { a: 2, c: 3 }, { a: 2 }, { a: 1 }, false],
  ["less of what was not there before", ["ours"], ["ours", "ours too"], [], true],
  ["less, where nothing at all was there before", { list: [] }, { list: ["ours"] }, null, true],
  ["another order", ["b", "a"], ["a", "b"], [], true],
  ["without what was there all along", ["ours"], ["theirs", "ours"], ["theirs"], false],
  ["more than was left", ["ours", "new"], ["ours"], [], false],
  ["no list any more", "ours", ["ours"], [], false],
])(
  "%s: is %j, which was left as %j and before was %j, on the way back? %s",
  (_, now, left, before, expected) => {
    expect(isBetween(now, left, before)).toBe(expected);
  },
);

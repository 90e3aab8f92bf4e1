/** What undo makes of changes whose server, NIC or table is gone from the cloud. */
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../report/json-value.ts";
import { rebindStep, subjectOfStep } from "./all-steps.ts";
import { proxyOf } from "./testing/gateways.ts";
import { type Still, stillWorld } from "./testing/still-cloud.ts";

const host = { server: "ecs-proxy", serverId: "server-1", destination: "203.0.113.10" };
const onHost = { gateway: "egress", host, vpcCidrs: [], insideMacs: [], privateIp: "192.168.125.4" };
const onNic = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", nicIp: "192.168.125.4" };
const check = { ...onNic, anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]] };
const groups = { ...onNic, groupName: "wayout-egress-ecs-proxy", served: [], mode: "own" };
const route = {
  destination: "0.0.0.0/0",
  type: "ecs",
  nextHop: "server-1",
  description: "wayout:egress",
} as const;
const foreign = { ...route, nextHop: "server-9", description: "" };
const toProxy = {
  gateway: "egress",
  tableId: "rtb",
  tableName: "rtb-demo",
  subnets: [],
  sharedWith: [],
  destination: "0.0.0.0/0",
  type: "ecs",
  nextHop: "server-1",
  nextHopName: "ecs-proxy",
};
const ownTable = {
  gateway: "egress",
  vpcId: "vpc-1",
  tableName: "wayout-egress",
  subnets: [{ id: "net-1", name: "subnet-app" }],
  destinations: ["0.0.0.0/0"],
  type: "ecs",
  nextHop: "server-1",
  nextHopName: "ecs-proxy",
};
const eipWant = {
  gateway: "egress",
  server: "ecs-proxy",
  nicId: "nic-1",
  wish: "203.0.113.10",
  eip: "eip-1",
};
const pairEipWant = {
  gateway: "egress",
  subnetId: "net-1",
  name: "wayout-egress-outer",
  ip: "192.168.125.250",
  wish: "keep",
  eip: "eip-1",
  proxies: [{ server: "ecs-proxy", nicId: "nic-1", ip: "192.168.125.4" }],
};
const eip = (boundTo: string | null) => ({
  id: "eip-1",
  address: "203.0.113.10",
  boundTo,
  moving: false,
});
const placed = (boundTo: string | null, place: string) =>
  ours({ bound: boundTo === place ? eip(boundTo) : null, chosen: eip(boundTo) });
const nicOf = (id: string) => ({ ...proxyOf(1).nic, id });
const publicIp = { id: "eip-1", address: "203.0.113.10", name: "wayout-egress" };
const table = { id: "rtb", name: "rtb-demo", vpcId: "vpc-1", isDefault: true, routes: [], subnetIds: [] };
const own = {
  id: "own",
  name: "wayout-egress",
  vpcId: "vpc-1",
  isDefault: false,
  routes: [],
  subnetIds: ["net-1"],
};
const group = { id: "sg-1", name: groups.groupName, description: "wayout:egress", rules: [] };
const ours = (have: JsonValue): JsonValue => ({ is: "ours", have });
const absent: JsonValue = { is: "absent" };
const uses = (tableId: string, isDefault: boolean) => [
  { subnetId: "net-1", tableId, tableName: tableId, isDefault },
];
const groupsHave = (onNic: JsonValue, mine: JsonValue) =>
  ours({ onNic, own: mine, referring: [], grants: [], trapped: [] });

interface Case {
  readonly says: string;
  readonly kind: string;
  readonly want: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly now: Still;
  readonly gone: string;
  /** Nothing is left to take back, or undo goes on as if nobody had touched it. */
  readonly end: "settled" | "taken back" | "changed since";
}

const serverGone = "server ecs-proxy is gone from the cloud";
const nicGone = "the NIC of ecs-proxy is gone from the cloud";
const cases: readonly Case[] = [
  {
    says: "a host's change is settled without asking the host",
    kind: "host/ip-forwarding",
    want: onHost,
    before: absent,
    after: absent,
    now: {},
    gone: serverGone,
    end: "settled",
  },
  {
    says: "a check that went with its NIC is settled",
    kind: "cloud/source-destination-check",
    want: check,
    before: ours({ pairs: [] }),
    after: ours({ pairs: [{ ip_address: "1.1.1.1/0" }] }),
    now: {},
    gone: nicGone,
    end: "settled",
  },
  {
    says: "a security group that the NIC left behind is taken back",
    kind: "cloud/security-group",
    want: groups,
    before: groupsHave([{ id: "sg-0", name: "sg-demo", rules: [] }], null),
    after: groupsHave([{ id: "sg-1", name: group.name, rules: [] }], {
      id: "sg-1",
      name: group.name,
      rules: [],
    }),
    now: { securityGroups: [group] },
    gone: nicGone,
    end: "taken back",
  },
  {
    says: "a security group that somebody deleted with the NIC is settled",
    kind: "cloud/security-group",
    want: groups,
    before: groupsHave([{ id: "sg-0", name: "sg-demo", rules: [] }], null),
    after: groupsHave([{ id: "sg-1", name: group.name, rules: [] }], {
      id: "sg-1",
      name: group.name,
      rules: [],
    }),
    now: {},
    gone: nicGone,
    end: "settled",
  },
  {
    says: "an EIP is free again with its NIC, as it was before",
    kind: "cloud/public-ip",
    want: eipWant,
    before: placed(null, "nic-1"),
    after: placed("nic-1", "nic-1"),
    now: { publicIps: [publicIp] },
    gone: nicGone,
    end: "settled",
  },
  {
    says: "an EIP that serves another server by now stays there",
    kind: "cloud/public-ip",
    want: eipWant,
    before: placed(null, "nic-1"),
    after: placed("nic-1", "nic-1"),
    now: { publicIps: [{ ...publicIp, nicId: "nic-9" }] },
    gone: "EIP 203.0.113.10 is bound to another one by now, and stays there",
    end: "settled",
  },
  {
    says: "an EIP that came over a pair from a proxy that is there goes back to it",
    kind: "cloud/public-ip",
    want: eipWant,
    before: placed("nic-2", "vip"),
    after: placed("nic-1", "nic-1"),
    now: { publicIps: [publicIp], nics: [nicOf("nic-2")] },
    gone: nicGone,
    end: "taken back",
  },
  {
    says: "a pair's EIP whose proxy is gone is still to be unbound",
    kind: "pair/public-ip",
    want: pairEipWant,
    before: placed("nic-1", "vip"),
    after: placed("vip", "vip"),
    now: { publicIps: [{ ...publicIp, nicId: "vip" }], nics: [nicOf("vip")] },
    gone: nicGone,
    end: "taken back",
  },
  {
    says: "an EIP that somebody released is settled",
    kind: "pair/public-ip",
    want: pairEipWant,
    before: placed("nic-1", "vip"),
    after: placed("vip", "vip"),
    now: { nics: [nicOf("nic-1"), nicOf("vip")] },
    gone: "EIP 203.0.113.10 is gone from the account",
    end: "settled",
  },
  {
    says: "a route that vanished with its server brings the one before it back",
    kind: "cloud/default-route",
    want: toProxy,
    before: { is: "foreign", have: foreign, whose: "somebody's" },
    after: ours(route),
    now: { routeTables: [table] },
    gone: serverGone,
    end: "taken back",
  },
  {
    says: "a route that somebody put in the place of the vanished one was changed since",
    kind: "cloud/default-route",
    want: toProxy,
    before: absent,
    after: ours(route),
    now: { routeTables: [{ ...table, routes: [foreign] }] },
    gone: serverGone,
    end: "changed since",
  },
  {
    says: "a route of a table that is gone is settled",
    kind: "cloud/default-route",
    want: toProxy,
    before: { is: "foreign", have: foreign, whose: "somebody's" },
    after: ours(route),
    now: {},
    gone: "route table rtb-demo is gone from the cloud",
    end: "settled",
  },
  {
    says: "an own table that lost its route with the server is taken back",
    kind: "cloud/own-route-table",
    want: ownTable,
    before: ours({ own: null, uses: uses("rtb", true), carried: [] }),
    after: ours({ own: { id: "own", routes: [route] }, uses: uses("own", false), carried: [] }),
    now: { routeTables: [table, own] },
    gone: serverGone,
    end: "taken back",
  },
];

describe("undo of what is gone", () => {
  it.each(cases)("$says", async ({ kind, want, before, after, now, gone, end }) => {
    const step = rebindStep(kind, want, [{ before, after }]);
    const world = stillWorld(now);
    expect(await step.isGone(world)).toBe(true);
    const seen = await step.observe(world);
    expect(seen.gone).toContain(gone);
    expect(seen.isBefore).toBe(end === "settled");
    if (end !== "settled") expect(seen.isAsLeft(after)).toBe(end === "taken back");
  });

  it("keeps states apart that are about different servers and NICs", () => {
    expect(subjectOfStep("host/ip-forwarding", onHost)).toBe("server-1");
    expect(subjectOfStep("cloud/source-destination-check", check)).toBe("nic-1");
    expect(subjectOfStep("cloud/default-route", toProxy)).toBe("");
  });
});

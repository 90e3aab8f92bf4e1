import { expect, test } from "vitest";
import type { Nic, Subnet } from "../../cloud/cloud.ts";
import { worldThat } from "../testing/writing-cloud.ts";
import { subnetGateway as step } from "./subnet-gateway.ts";

const want = { gateway: "egress", subnetId: "s-1", subnet: "subnet-app", ip: "10.1.0.4", name: "ecs-proxy" };
const subnet = (gatewayIp: string, marks: readonly string[] = []): Subnet => ({
  id: "s-1",
  name: "subnet-app",
  vpcId: "net-1",
  cidr: "10.1.0.0/24",
  gatewayIp,
  dns: [],
  dhcp: { enabled: true, hostRoutes: [], pools: [], gatewayOf: "nobody", marks },
});
const other: Nic = {
  id: "nic-9",
  name: "their-nat",
  serverId: "server-9",
  subnetId: "s-1",
  ip: "10.1.0.9",
  mac: "fa:16:3e:00:00:09",
  owner: "compute:nova",
  securityGroupIds: [],
  addressPairs: [],
};
const decide = async (now: Subnet, adopt = false) =>
  step.decide(want, await step.observe(want, worldThat({}, { subnets: [now], nics: [other] })), { adopt });

test("an address that nobody has is no gateway of anybody's", async () => {
  expect(await decide(subnet("10.1.0.1"))).toMatchObject({ action: "change" });
  expect(await decide(subnet(""))).toMatchObject({ because: "subnet-app has no gateway" });
  expect(await decide(subnet("10.1.0.4", ["wayout:egress"]))).toMatchObject({ action: "none" });
});

test("another server's gateway stays unless it is taken over", async () => {
  expect(await decide(subnet("10.1.0.9"))).toMatchObject({ action: "blocked", adoptable: true });
  expect(await decide(subnet("10.1.0.9"), true)).toMatchObject({ action: "adopt" });
});

test.each([
  ["no gateway", "", [], "their way out begins then"],
  ["an address that nobody has", "10.1.0.1", [], "their way out begins then"],
  ["a proxy that is one of the pair now", "10.1.0.5", ["wayout:egress"], "open connections go on"],
  [
    "a proxy that has left",
    "10.1.0.6",
    ["wayout:egress"],
    "until then they send to 10.1.0.6, and connections by it end with the change",
  ],
])("what servers notice that have %s", async (_, gatewayIp, marks, notice) => {
  const pair = { ...want, continues: ["10.1.0.5", "10.1.0.7"] };
  const now = await step.observe(pair, worldThat({}, { subnets: [subnet(gatewayIp, marks)] }));
  expect(step.decide(pair, now, { adopt: false })).toMatchObject({
    notice: expect.stringMatching(new RegExp(`; ${notice}$`)),
  });
});

test("undo gives the subnet its gateway back, or none", async () => {
  const calls: unknown[] = [];
  const world = worldThat(
    {
      setSubnetGateway: async (_, ip) => void calls.push(ip),
      markSubnet: async (_, mark, present) => void calls.push([mark, present]),
    },
    { subnets: [subnet("")] },
  );
  const before = await step.observe(want, world);
  await step.apply(want, before, world);
  await step.undo(want, before, world);
  expect(calls).toEqual([["wayout:egress", true], "10.1.0.4", "", ["wayout:egress", false]]);
});

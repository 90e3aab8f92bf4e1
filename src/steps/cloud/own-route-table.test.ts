import { describe, expect, it } from "vitest";
import type { Route } from "../../cloud/cloud.ts";
import { stillWorld } from "../testing/still-cloud.ts";
import { ownRouteTable as step } from "./own-route-table.ts";

const want = {
  gateway: "egress",
  vpcId: "vpc-1",
  tableName: "wayout-egress",
  subnets: [
    { id: "net-a", name: "subnet-a" },
    { id: "net-b", name: "subnet-b" },
  ],
  destinations: ["0.0.0.0/0"],
  type: "ecs" as const,
  nextHop: "server-1",
  nextHopName: "ecs-proxy",
};
const toProxy: Route = {
  destination: "0.0.0.0/0",
  type: "ecs",
  nextHop: "server-1",
  description: "wayout:egress",
};
const peering: Route = { destination: "10.9.0.0/16", type: "peering", nextHop: "peer-1", description: "" };
const uses = (subnetId: string, tableId: string) => ({
  subnetId,
  tableId,
  tableName: tableId,
  isDefault: tableId === "rtb",
});
type Have = Parameters<typeof step.describe>[0];
const decide = (have: Have) => step.decide(want, { is: "ours", have }, { adopt: false });

describe("a route table of the gateway's own", () => {
  it("is made with a copy of the routes the subnets use", () => {
    const decision = decide({
      own: null,
      uses: [uses("net-a", "rtb"), uses("net-b", "rtb")],
      carried: [peering],
    });
    expect(decision).toMatchObject({
      action: "create",
      after: { routes: ["10.9.0.0/16 via peering peer-1", "0.0.0.0/0 via ecs server-1"] },
    });
  });

  it("tells whose connections end: a managed NAT gateway is called by its name", async () => {
    const nat: Route = { destination: "0.0.0.0/0", type: "nat", nextHop: "nat-1", description: "" };
    const table = {
      id: "rtb",
      name: "rtb-vpc",
      vpcId: "vpc-1",
      isDefault: true,
      routes: [nat, peering],
      subnetIds: ["net-a", "net-b"],
    };
    const gateway = { id: "nat-1", name: "nat-prod", vpcId: "vpc-1", status: "ACTIVE" };
    const world = stillWorld({ routeTables: [table], natGateways: [gateway] });
    const observed = await step.observe(want, world);
    expect(step.decide(want, observed, { adopt: false })).toMatchObject({
      action: "create",
      after: { routes: ["10.9.0.0/16 via peering peer-1", "0.0.0.0/0 via ecs server-1"] },
      notice: expect.stringMatching(/^connections by NAT gateway nat-prod \(nat-1\) end; clients of/),
    });
  });

  it("is right when all served subnets use it and it goes to the proxy", () => {
    const own = { id: "own", routes: [toProxy] };
    expect(decide({ own, uses: [uses("net-a", "own"), uses("net-b", "own")], carried: [] }).action).toBe(
      "none",
    );
  });

  it("takes in the subnets that do not use it yet", () => {
    const own = { id: "own", routes: [toProxy] };
    const decision = decide({ own, uses: [uses("net-a", "own"), uses("net-b", "rtb")], carried: [] });
    expect(decision).toMatchObject({ action: "change", because: "1 subnets use another table" });
  });

  it("is pointed to a new proxy in place", () => {
    const own = { id: "own", routes: [{ ...toProxy, nextHop: "server-9" }] };
    const decision = decide({ own, uses: [uses("net-a", "own"), uses("net-b", "own")], carried: [] });
    expect(decision).toMatchObject({
      action: "change",
      because: "its route to 0.0.0.0/0 is not to ecs-proxy",
    });
  });

  it("is refused where the subnets come from different tables", () => {
    const decision = decide({ own: null, uses: [uses("net-a", "rtb"), uses("net-b", "other")], carried: [] });
    expect(decision).toMatchObject({ action: "blocked" });
  });
});

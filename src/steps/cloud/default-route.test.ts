import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Route } from "../../cloud/cloud.ts";
import { CloudProblem } from "../../cloud/errors.ts";
import type { Observed } from "../step.ts";
import { stillWorld } from "../testing/still-cloud.ts";
import { defaultRoute as step } from "./default-route.ts";

const want = {
  gateway: "egress",
  tableId: "table-1",
  tableName: "rtb-vpc-demo",
  subnets: ["subnet-app"],
  sharedWith: ["subnet-other"],
  destination: "0.0.0.0/0",
  type: "ecs" as const,
  nextHop: "server-1",
  nextHopName: "ecs-proxy",
};
const route = (nextHop: string, description: string): Route => ({
  destination: "0.0.0.0/0",
  type: "ecs",
  nextHop,
  description,
});
const ours = (nextHop: string): Observed<Route> => ({ is: "ours", have: route(nextHop, "wayout:egress") });
const foreign = (nextHop: string): Observed<Route> => ({
  is: "foreign",
  have: route(nextHop, "by hand"),
  whose: `to ecs ${nextHop}, not made by Wayout`,
});

describe("a default route that a managed NAT gateway owns", () => {
  const nat = { id: "nat-1", name: "nat-prod", vpcId: "vpc-1", status: "ACTIVE" };
  const table = {
    id: "table-1",
    name: "rtb-vpc-demo",
    vpcId: "vpc-1",
    isDefault: true,
    routes: [{ destination: "0.0.0.0/0", type: "nat" as const, nextHop: "nat-1", description: "" }],
    subnetIds: [],
  };

  it("is told with the gateway's name", async () => {
    const world = stillWorld({ routeTables: [table], natGateways: [nat] });
    const observed = await step.observe(want, world);
    const because =
      "rtb-vpc-demo already has a route to 0.0.0.0/0, to NAT gateway nat-prod (nat-1), not made by Wayout";
    expect(step.decide(want, observed, { adopt: false })).toMatchObject({ action: "blocked", because });
    expect(step.decide(want, observed, { adopt: true })).toMatchObject({
      action: "adopt",
      because: "0.0.0.0/0 goes to NAT gateway nat-prod (nat-1), not made by Wayout",
    });
  });

  it("is told by its id where the account may not see NAT gateways, and a broken program is no such case", async () => {
    const { cloud, host } = stillWorld({ routeTables: [table] });
    const failing = (error: Error) => ({
      host,
      cloud: {
        ...cloud,
        natGateways: async () => {
          throw error;
        },
      },
    });
    const forbidden = new CloudProblem({ code: "cloud/forbidden", summary: "no nat:natGateways:list" });
    expect(await step.observe(want, failing(forbidden))).toMatchObject({
      whose: "to NAT gateway nat-1, not made by Wayout",
    });
    await expect(step.observe(want, failing(new TypeError("a mistake")))).rejects.toThrow("a mistake");
  });
});

describe("the default route", () => {
  it.each<[string, Observed<Route>, boolean, string, string]>([
    ["absent", { is: "absent" }, false, "create", "rtb-vpc-demo has no route to 0.0.0.0/0"],
    ["ours and right", ours("server-1"), false, "none", "0.0.0.0/0 goes to ecs-proxy already"],
    ["ours, to an old proxy", ours("server-9"), false, "change", "0.0.0.0/0 goes to ecs server-9"],
    [
      "foreign",
      foreign("server-9"),
      false,
      "blocked",
      "rtb-vpc-demo already has a route to 0.0.0.0/0, to ecs server-9, not made by Wayout",
    ],
    [
      "foreign, adopted",
      foreign("server-9"),
      true,
      "adopt",
      "0.0.0.0/0 goes to ecs server-9, not made by Wayout",
    ],
    [
      "the manual's, by hand",
      foreign("server-1"),
      false,
      "blocked",
      "rtb-vpc-demo already has a route to 0.0.0.0/0, to ecs server-1, not made by Wayout",
    ],
    ["the manual's, adopted", foreign("server-1"), true, "adopt", "it was set by hand; --adopt was given"],
  ])("%s: adopt %s gives %s", (_, observed, adopt, action, because) => {
    expect(step.decide(want, observed, { adopt })).toMatchObject({ action, because });
  });

  it("shows of a router's route only what such a route has", () => {
    const shown = (changes: object) =>
      step.decide({ ...want, ...changes }, { is: "absent" }, { adopt: false });
    expect(shown({})).toMatchObject({ after: route("server-1", "wayout:egress") });
    expect(shown({ ofRouter: true })).toMatchObject({
      after: { destination: "0.0.0.0/0", nextHop: "ecs-proxy" },
      notice: expect.stringContaining("no way out by this router before"),
    });
    const vip = shown({ ofRouter: true, type: "vip", nextHop: "10.20.1.251" });
    expect(vip).toHaveProperty("after", { destination: "0.0.0.0/0", nextHop: "10.20.1.251" });
  });

  it("names the subnets that share the table, whatever it decides to do", () => {
    for (const observed of [{ is: "absent" } as const, ours("server-1"), ours("server-9")]) {
      const decision = step.decide(want, observed, { adopt: false });
      expect(decision).toHaveProperty(
        "warnings.0",
        expect.stringContaining("subnet-other uses rtb-vpc-demo too"),
      );
      expect(decision).toHaveProperty("warnings.0", expect.stringContaining("routeTable: own"));
    }
  });

  it("never takes over a foreign route unasked, and is content with what it would make", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("ecs", "eni", "vip", "nat", "vpn"),
        fc.boolean(),
        (nextHop, type, adopt) => {
          const have = { ...route(nextHop, "somebody's"), type };
          const decision = step.decide(want, { is: "foreign", have, whose: "somebody's" }, { adopt });
          expect(decision.action).toBe(adopt ? "adopt" : "blocked");
          if (!("after" in decision)) return;
          const after = step.have.parse(decision.after);
          expect(step.decide(want, { is: "ours", have: after }, { adopt: false }).action).toBe("none");
        },
      ),
    );
  });
});

import { expect, test } from "vitest";
import { stepsFor } from "../steps/for-gateway.ts";
import type { Gateway } from "../steps/gateway.ts";
import { recipeOf } from "../steps/recipe.ts";
import type { BoundObservation } from "../steps/step.ts";
import { facts, gatewayOf, proxyOf } from "../steps/testing/gateways.ts";
import { makePlan } from "./plan.ts";
import type { StaleStep } from "./stale.ts";
import { entriesOf } from "./testing/entries.ts";

/** A cloud in which everything is as it should be. */
const asItShouldBe: BoundObservation = {
  observed: { is: "absent" },
  text: "none",
  decide: () => ({ action: "none", because: "it is so already" }),
  apply: async () => undefined,
};

function planOf(...gateways: readonly Gateway[]) {
  const inputs = gateways.map((gateway) => ({
    gateway,
    recipe: recipeOf(gateway, facts),
    seen: stepsFor(gateway, facts, []).map((step) => ({ step, observation: asItShouldBe })),
    stale: [],
  }));
  return makePlan(inputs, { adopt: false });
}

const named = (name: string, number: number, spec: Partial<Gateway["spec"]> = {}): Gateway => {
  const gateway = gatewayOf([proxyOf(number)], { name });
  return { ...gateway, spec: { ...gateway.spec, ...spec } };
};

test("a gateway that another file made is not taken over unasked, where something of it would be taken back", () => {
  const gateway = named("egress", 1);
  const [entry] = entriesOf(stepsFor(named("egress", 2), facts, []));
  const stale = entry ? [{ entry, because: "egress no longer asks for it", notice: "" }] : [];
  const planWith = (left: readonly StaleStep[], adopt: boolean) => {
    const input = {
      gateway,
      recipe: recipeOf(gateway, facts),
      seen: [],
      stale: left,
      otherFile: "/a/one.yaml",
    };
    return makePlan([input], { adopt }).gateways[0];
  };
  const said = expect.stringContaining("egress is of /a/one.yaml so far");
  expect(planWith(stale, false)).toMatchObject({ blocked: [{ step: "file", because: said }], warnings: [] });
  expect(planWith(stale, true)).toMatchObject({ blocked: [], warnings: [said] });
  expect(planWith([], false)).toMatchObject({ blocked: [], warnings: [] });
});

test("two gateways that want one destination of one route table are blocked, both, before anything is changed", () => {
  const { gateways, summary } = planOf(named("a", 1), named("b", 2));
  expect(summary.blocked).toBe(2);
  expect(gateways.map(({ blocked }) => blocked)).toMatchObject([
    [
      {
        step: "cloud/default-route",
        because: "gateway b wants the route to 0.0.0.0/0 in rtb-demo too, and there is only one",
        hint: "`routeTable: own` gives the subnets of a gateway a table of their own.",
      },
    ],
    [{ because: expect.stringContaining("gateway a wants") }],
  ]);
});

test.each<[string, Partial<Gateway["spec"]>]>([
  ["other destinations", { destinations: ["198.51.100.0/24"] }],
  ["a table of its own", { routeTable: "own" }],
])("a gateway with %s beside another one is not in its way", (_, spec) => {
  expect(planOf(named("a", 1), named("b", 2, spec)).summary.blocked).toBe(0);
});

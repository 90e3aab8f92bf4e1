import { expect, test } from "vitest";
import { gatewayOf, pairOf, proxyOf } from "../steps/testing/gateways.ts";
import { mustBeSetUp } from "./set-up-pair.ts";

const [one, two] = [proxyOf(1), proxyOf(2)];

test("one proxy is no pair", () => {
  expect(() => mustBeSetUp(gatewayOf([one]))).toThrow(
    expect.objectContaining({ code: "pair/not-a-pair", hint: expect.stringContaining("Name two proxies") }),
  );
});

test("a pair of which nothing is there yet is told to be set up first", () => {
  const gateway = gatewayOf([one, two], { pair: pairOf([]) });
  expect(() => mustBeSetUp(gateway)).toThrow(
    expect.objectContaining({ code: "pair/not-set-up", hint: "`wayout apply` sets it up." }),
  );
});

test("a pair that is begun is looked at closer", () => {
  const { nicId: _, ...notThere } = pairOf([one, two]).outer;
  expect(() => mustBeSetUp(gatewayOf([one, two], { pair: pairOf([one, two]) }))).not.toThrow();
  const half = { ...pairOf([one, two]), outer: notThere };
  expect(() => mustBeSetUp(gatewayOf([one, two], { pair: half }))).not.toThrow();
});

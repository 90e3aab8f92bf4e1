import { expect, test } from "vitest";
import { stepsFor } from "../steps/for-gateway.ts";
import { facts, gatewayOf, proxyOf } from "../steps/testing/gateways.ts";
import { entriesOf } from "./testing/entries.ts";
import { undoPreview } from "./undo-preview.ts";

const entries = entriesOf(stepsFor(gatewayOf([proxyOf(1)]), facts, ["1.1.1.1"]));

test("all that is taken back is told in its order, each with the state that comes back", () => {
  const told = undoPreview(entries);
  expect(told).toHaveLength(entries.length);
  expect(told[0]).toEqual({
    gateway: "egress",
    title: "Send subnet-app's default route to ecs-1",
    before: "none",
  });
});

test("a record that cannot be read is told without that state, and holds nothing else up", () => {
  const newer = entries.map((entry) => (entry.seq === 1 ? { ...entry, kind: "cloud/not-yet-known" } : entry));
  const withoutState = undoPreview(newer).filter(({ before }) => before === undefined);
  expect(withoutState).toEqual([{ gateway: "egress", title: entries[0]?.title }]);
});

test("of several runs, what somebody else added in between is told with what was before the first", () => {
  const [check] = entries.filter(({ kind }) => kind === "cloud/source-destination-check");
  if (!check) throw new Error("the gateway has no such step");
  const state = (...pairs: readonly string[]) => ({
    is: "ours",
    have: { pairs: pairs.map((ip_address) => ({ ip_address })) },
  });
  const runs = [
    { ...check, seq: 1, before: state(), after: state("1.1.1.1/0") },
    { ...check, seq: 2, before: state("192.168.125.99"), after: state("192.168.125.99", "1.1.1.1/0") },
  ];
  expect(undoPreview(runs)).toMatchObject([{ before: "on, but for 192.168.125.99" }]);
});

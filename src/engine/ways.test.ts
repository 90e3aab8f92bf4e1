/** Which changes of the journal are taken back as one: an EIP's way over a pair is none through a place that is gone. */
import { expect, test } from "vitest";
import { publicIp } from "../steps/cloud/public-ip.ts";
import { pairPublicIp } from "../steps/pair/public-ip.ts";
import type { EntryRecord } from "./journal/journal.ts";
import { keyOf, waysOf, withWays } from "./ways.ts";

type Place = "ecs-1" | "ecs-2" | "pair";

/** The moves of EIPs, as the journal has them in this order: "E pair", or "E pair cut short". */
function moves(...texts: readonly string[]): EntryRecord[] {
  return texts.map((text, index) => {
    const [eip = "", place = "", ...rest] = text.split(" ");
    const step = stepAt(place === "pair" || place === "ecs-2" ? place : "ecs-1", eip);
    return {
      ...step,
      seq: index + 1,
      run: "0001",
      gateway: "egress",
      title: text,
      before: { is: "absent" },
      after: rest.length > 0 ? null : { is: "absent" },
      state: rest.length > 0 ? "started" : "done",
    };
  });
}

function stepAt(place: Place, eip: string): Pick<EntryRecord, "stepId" | "kind" | "object" | "want"> {
  const common = { gateway: "egress", wish: "keep", eip };
  if (place === "pair") {
    const object = "wayout-egress-outer";
    const want = { ...common, subnetId: "net", name: object, ip: "192.168.125.250", proxies: [] };
    return { stepId: `egress: ${pairPublicIp.kind}@${object}`, kind: pairPublicIp.kind, object, want };
  }
  const want = { ...common, server: place, nicId: `nic-of-${place}` };
  return { stepId: `egress: ${publicIp.kind}@${place}`, kind: publicIp.kind, object: place, want };
}

const titles = (entries: readonly EntryRecord[]) => entries.map(({ title }) => title);
const ways = (...texts: readonly string[]) => waysOf(moves(...texts)).map(titles);

test.each<[string, readonly string[], readonly (readonly string[])[]]>([
  ["to the pair is a way of its own", ["E ecs-1", "E pair"], [["E ecs-1"], ["E pair"]]],
  ["over the pair and back is one", ["E ecs-1", "E pair", "E ecs-1"], [["E ecs-1", "E pair", "E ecs-1"]]],
  [
    "over the pair to the other proxy leads there from the first one",
    ["E ecs-1", "E pair", "E ecs-2"],
    [["E ecs-1"], ["E pair", "E ecs-2"]],
  ],
  [
    "to a pair again begins at the proxy that it was on meanwhile",
    ["E pair", "E ecs-2", "E pair"],
    [["E pair", "E ecs-2"], ["E pair"]],
  ],
  [
    "that was cut short is the pair's still",
    ["E ecs-1", "E pair", "E ecs-1 cut short"],
    [["E ecs-1"], ["E pair", "E ecs-1 cut short"]],
  ],
  [
    "that was cut short and made again is one",
    ["E pair", "E ecs-1 cut short", "E ecs-1"],
    [["E pair", "E ecs-1 cut short", "E ecs-1"]],
  ],
  ["of one EIP is not that of another", ["E pair", "X ecs-1"], [["E pair"], ["X ecs-1"]]],
])("a way %s", (_, texts, expected) => {
  expect(ways(...texts)).toEqual(expected);
});

test("with a move from a pair, the move to it is taken back too", () => {
  const all = moves("E ecs-1", "E pair", "E ecs-2", "X pair");
  const keys = new Set(all.slice(2, 3).map(keyOf));
  expect(titles(withWays(all, keys))).toEqual(["E pair", "E ecs-2"]);
});

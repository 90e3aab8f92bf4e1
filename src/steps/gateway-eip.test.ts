/** Which EIP of the account a gateway is seen as. */
import { expect, test } from "vitest";
import type { PublicIp } from "../cloud/cloud.ts";
import { chooseEip, type Seeking } from "./gateway-eip.ts";

const eip = (address: string, nicId?: string, name = "by hand"): PublicIp => ({
  id: `id-${address}`,
  address,
  name,
  ...(nicId === undefined ? {} : { nicId }),
});
const first = eip("203.0.113.11", "nic-1");
const second = eip("203.0.113.12", "nic-2");
const onPair = eip("203.0.113.13", "vip");
const free = eip("203.0.113.14");
const foreign = eip("203.0.113.15", "nic-9");
const moving = eip("203.0.113.16", undefined, "wayout-egress.moving.by hand");
const allocated = (nicId?: string) => eip("203.0.113.17", nicId, "wayout-egress");
const allocatedMoving = eip("203.0.113.17", undefined, "wayout-egress.moving.wayout-egress");
const everybodys = [eip("203.0.113.18", undefined, "wayout-egress2"), free, foreign];

type Case = readonly [says: string, wish: string, all: readonly PublicIp[], chosen: PublicIp | undefined];

function chosen(wish: string, all: readonly PublicIp[], seeking: Partial<Seeking>): PublicIp | undefined {
  const nothing = {
    gateway: "egress",
    wish,
    place: undefined,
    from: [],
    leaving: undefined,
    recorded: undefined,
  };
  return chooseEip([...everybodys, ...all], { ...nothing, ...seeking });
}

test.each<Case>([
  ["keep: its own", "keep", [second, first], first],
  ["keep: none, where it has none", "keep", [second, allocated()], undefined],
  ["keep: what the pair leaves", "keep", [second, onPair], onPair],
  ["keep: its own, whatever the pair leaves", "keep", [onPair, first], first],
  ["keep: the one on its way from the pair", "keep", [second, moving], moving],
  ["keep: the allocated one, from the pair", "keep", [allocated("vip")], allocated("vip")],
  ["allocate: its own", "allocate", [first, allocated()], first],
  ["allocate: still to come", "allocate", [second], undefined],
  ["allocate: the allocated one, still free", "allocate", [allocated()], allocated()],
  ["allocate: the allocated one, from the pair", "allocate", [allocated("vip")], allocated("vip")],
  ["allocate: what the pair leaves, whoever's it was", "allocate", [onPair], onPair],
  ["a given one", "203.0.113.14", [first, onPair], free],
  ["a given one that is another NIC's: the step says so", "203.0.113.15", [first], foreign],
  ["a given one that is not there", "203.0.113.99", [first], undefined],
])("one proxy, %s", (_, wish, all, expected) => {
  expect(chosen(wish, all, { place: "nic-1", leaving: "vip" })).toEqual(expected);
});

test.each<Case>([
  ["keep: the one it has", "keep", [first, onPair], onPair],
  ["keep: the first proxy's", "keep", [second, first], first],
  ["keep: the second proxy's, where the first one has none", "keep", [second], second],
  ["keep: the one on its way", "keep", [first, moving], moving],
  ["keep: none, where nobody has one", "keep", [], undefined],
  ["allocate: none of the proxies'", "allocate", [first, second], undefined],
  ["allocate: the one it has", "allocate", [first, onPair], onPair],
  [
    "allocate: the one allocated for its proxy when that was alone",
    "allocate",
    [allocated("nic-1"), second],
    allocated("nic-1"),
  ],
  ["allocate: the allocated one, on its way", "allocate", [first, allocatedMoving], allocatedMoving],
  ["a given one that a proxy has", "203.0.113.12", [first, second], second],
])("a pair, %s", (_, wish, all, expected) => {
  expect(chosen(wish, all, { place: "vip", from: ["nic-1", "nic-2"] })).toEqual(expected);
});

test("a pair whose virtual IP is not made yet takes a free EIP for none of its own", () => {
  expect(chosen("keep", [], { place: undefined, from: ["nic-1", "nic-2"] })).toBeUndefined();
});

test("a pair whose EIP somebody has unbound keeps that one, and takes none of its proxies in its place", () => {
  const seeking = { place: "vip", from: ["nic-1", "nic-2"], recorded: free.id };
  expect(chosen("keep", [second], seeking)).toEqual(free);
  expect(chosen("keep", [second, onPair], seeking), "the one it has").toEqual(onPair);
  expect(chosen("keep", [second], { ...seeking, recorded: "id-released" })).toBeUndefined();
});

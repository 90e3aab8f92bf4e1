import { expect, test } from "vitest";
import { type NftSet, type NftTable, transaction } from "./nft-table.ts";

function table(chains: Record<string, readonly string[]>, sets: Record<string, NftSet> = {}): NftTable {
  return {
    family: "ip",
    name: "lab",
    sets: new Map(Object.entries(sets)),
    chains: new Map(Object.entries(chains).map(([name, rules]) => [name, { rules }])),
  };
}

function addresses(...elements: readonly string[]): NftSet {
  return {
    kind: "set",
    declaration: "type ipv4_addr;",
    elements: new Map(elements.map((element) => [element, element])),
  };
}

test("equal tables need nothing", () => {
  const same = () => table({ a: ["accept"] }, { s: addresses("10.0.0.1") });
  expect(transaction(same(), same())).toBe("");
});

test("a new table is written whole, its elements after its chains", () => {
  expect(
    transaction(undefined, table({ a: ["ip saddr @s drop", "accept"] }, { s: addresses("10.0.0.1") })),
  ).toBe(
    `table ip lab {
set s { type ipv4_addr; }
chain a {
ip saddr @s drop
accept
}
}
add element ip lab s { 10.0.0.1 }
`,
  );
});

test("only what differs is touched: other chains, and sets that rules fill, stay", () => {
  const flows: NftSet = { kind: "set", declaration: "type ipv4_addr; flags dynamic;", elements: new Map() };
  const have = table(
    { a: ["accept"], b: ["drop"], old: ["drop"] },
    { flows, s: addresses("10.0.0.1", "10.0.0.2") },
  );
  const want = table({ a: ["accept"], b: ["accept"] }, { flows, s: addresses("10.0.0.2", "10.0.0.3") });
  expect(transaction(have, want)).toBe(
    `flush chain ip lab b
table ip lab {
chain b {
accept
}
}
delete element ip lab s { 10.0.0.1 }
add element ip lab s { 10.0.0.3 }
flush chain ip lab old
delete chain ip lab old
`,
  );
});

test("a map's changed value is taken out before it is put in", () => {
  const marks = (mark: number): NftSet => ({
    kind: "map",
    declaration: "type ifname : mark;",
    elements: new Map([["b1", `"b1" : ${mark}`]]),
  });
  expect(transaction(table({}, { m: marks(1) }), table({}, { m: marks(2) }))).toBe(
    'delete element ip lab m { "b1" : 1 }\nadd element ip lab m { "b1" : 2 }\n',
  );
});

test("ranges are written anew as a whole", () => {
  const ranges = (...elements: readonly string[]): NftSet => ({ ...addresses(...elements), ranges: true });
  const have = table({}, { s: ranges("10.0.0.0-10.0.0.9", "10.1.0.0-10.1.0.9") });
  expect(transaction(have, table({}, { s: ranges("10.0.0.0-10.1.0.9") }))).toBe(
    "flush set ip lab s\nadd element ip lab s { 10.0.0.0-10.1.0.9 }\n",
  );
  expect(transaction(have, table({}, { s: ranges() }))).toBe("flush set ip lab s\n");
});

import { expect, test } from "vitest";
import { differences, type Exchange, lineOf } from "./differences.ts";

const exchange = (change: Partial<Exchange>): Exchange => ({
  name: "port",
  status: 200,
  body: {},
  picked: [],
  ...change,
});
const lines = (lab: Partial<Exchange>, real: Partial<Exchange>): readonly string[] =>
  differences([exchange(lab)], [exchange(real)]).map(lineOf);

test("answers of one form, with other values, do not differ", () => {
  expect(
    lines({ body: { port: { id: "a", tags: [] } } }, { body: { port: { id: "b", tags: ["x"] } } }),
  ).toEqual([]);
});

test("a field that only one has, or that has another type, is a difference", () => {
  expect(lines({ body: { port: { id: 1, lab: 1 } } }, { body: { port: { id: "b", real: null } } })).toEqual([
    "| `port.id` | number | string |",
    "| `port.lab` | number | missing |",
    "| `port.real` | missing | null |",
  ]);
});

test("a difference in a list and in one of its elements is the same one", () => {
  const lab = [
    exchange({ body: { ports: [{ a: 1 }] } }),
    exchange({ name: "one", body: { port: { a: 1 } } }),
  ];
  const real = [exchange({ body: { ports: [{}] } }), exchange({ name: "one", body: { port: {} } })];
  expect(differences(lab, real).map(lineOf)).toEqual(["| `port.a` | number | missing |"]);
});

test("an empty list says nothing about what is in it", () => {
  expect(lines({ body: { ports: [] } }, { body: { ports: [{ a: 1 }] } })).toEqual([]);
});

test("what is missing as a whole is said once", () => {
  expect(lines({ body: {} }, { body: { port: { a: { b: 1 } } } })).toEqual(["| `port` | missing | object |"]);
});

test("another status or another kind of error is a difference of the call, and its form is not looked at", () => {
  const neutron = (type: string) => ({ NeutronError: { type, message: "m", detail: "" } });
  expect(lines({ status: 404, body: neutron("PortNotFound") }, { body: { port: {} } })).toEqual([
    "| `port` | 404 PortNotFound | 200 |",
  ]);
  expect(lines({ status: 400, body: neutron("A") }, { status: 400, body: neutron("B") })).toEqual([
    "| `port` | 400 A | 400 B |",
  ]);
  const keystone = { status: 401, body: { error: { code: 401, title: "Unauthorized", message: "m" } } };
  const nova = { status: 401, body: { unauthorized: { code: 401, message: "m" } } };
  expect(lines(keystone, nova)).toEqual(["| `port` | 401 Unauthorized | 401 unauthorized |"]);
});

test("what the caller picked must be equal; lists are sets", () => {
  expect(lines({ picked: [["b", "a"], 1] }, { picked: [["a", "b"], 1] })).toEqual([]);
  expect(lines({ picked: [["a"]] }, { picked: [[]] })).toEqual(['| `port` | ["a"] | [] |']);
});

test("calls that are not the same are not compared", () => {
  expect(() => differences([exchange({ name: "other" })], [exchange({})])).toThrow("not the same calls");
});

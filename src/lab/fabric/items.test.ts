import { expect, test } from "vitest";
import { difference, type Item } from "./items.ts";

const link = (name: string, version = "0"): Item => ({
  key: `link ${name}`,
  version,
  add: [`link add ${name}`],
  remove: [`link delete ${name}`],
});
const route = (to: string, via: string): Item => ({
  key: `route ${to}`,
  replaces: true,
  add: [`route replace ${to} via ${via}`],
  remove: [`route delete ${to}`],
});

test("equal lists need nothing", () => {
  expect(difference([link("a")], [link("a")])).toEqual({ before: [], add: [], after: [] });
});

test("what replaces itself is changed in place, and never taken away first", () => {
  expect(difference([route("10.0.0.0/8", "a")], [route("10.0.0.0/8", "b")])).toEqual({
    before: [],
    add: ["route replace 10.0.0.0/8 via b"],
    after: [],
  });
});

test("a new version is taken away and made anew, though it reads the same", () => {
  expect(difference([link("a"), link("b")], [link("a", "1"), link("b")])).toEqual({
    before: ["link delete a"],
    add: ["link add a"],
    after: [],
  });
});

test("what is not wanted goes last, the last made first", () => {
  expect(difference([link("a"), link("b")], [link("c")])).toEqual({
    before: [],
    add: ["link add c"],
    after: ["link delete b", "link delete a"],
  });
});

import { expect, test } from "vitest";
import { notUp } from "./labs.ts";

test.each([
  ["lab", [], "Bring it up with `wayout lab up`."],
  ["mine", [], "Bring it up with `wayout lab up --name mine`."],
  [
    "lab",
    ["su-hw"],
    "Bring it up with `wayout lab up`, or choose one that is up with `--lab su-hw` (`--name` after `wayout lab`).",
  ],
  [
    "su-wh",
    ["other", "su-hw"],
    "Bring it up with `wayout lab up --name su-wh`, or choose one that is up with `--lab su-hw` (`--name` after `wayout lab`).",
  ],
  [
    "lab",
    ["one", "two"],
    "Bring it up with `wayout lab up`, or choose one that is up with `--lab NAME` (`--name` after `wayout lab`).",
  ],
])("where %s is not up, and %j are, both ways out are named", (name, up, hint) => {
  expect(notUp(name, up)).toMatchObject({ code: "lab/not-up", hint });
});

import { expect, test } from "vitest";
import { parseChoice } from "./choose.ts";

test.each<[string, number, readonly number[] | string]>([
  ["1", 1, [0]],
  ["2,1", 2, [1, 0]],
  [" 3  1 ", 2, [2, 0]],
  ["2,2", 1, [1]],
  ["4", 1, "4 is not one of 1 to 3"],
  ["0", 1, "0 is not one of 1 to 3"],
  ["ecs-1", 1, "ecs-1 is not one of 1 to 3"],
  ["-1", 1, "-1 is not one of 1 to 3"],
  ["99999999999", 1, "99999999999 is not one of 1 to 3"],
  [",", 1, "choose at least one"],
  ["1,2", 1, "choose at most 1"],
])("%j of three things, at most %i of them", (said, atMost, expected) => {
  expect(parseChoice(said, 3, atMost)).toEqual(expected);
});

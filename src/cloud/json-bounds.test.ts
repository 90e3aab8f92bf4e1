import { expect, test } from "vitest";
import { excessOf } from "./json-bounds.ts";

test.each([
  ["levels", "[".repeat(33), "more than 32 levels"],
  ["a million levels", '{"a":'.repeat(1_000_000), "more than 32 levels"],
  ["values", `[${"1,".repeat(1_000_000)}1]`, "more than 1000000 values"],
  ["objects", `[${"{},".repeat(600_000)}{}]`, "more than 120000 lists and objects"],
  ["a text", `["${"x".repeat(131_073)}"]`, "a text of more than 131072 characters"],
  ["a text that does not end", `["${"\\u0041".repeat(100_000)}`, "a text of more than 131072 characters"],
])("too many or too long: %s", (_, text, excess) => {
  expect(excessOf(text)).toContain(excess);
});

test.each([
  ["marks within texts are not counted", JSON.stringify(["[".repeat(100), '\\"[[{{,,'.repeat(100)])],
  ["32 levels pass", "[".repeat(32) + "]".repeat(32)],
  ["lists side by side are not deep", `[${"[],".repeat(1_000)}[]]`],
  ["what is not JSON is judged by the parser", '<html>"'],
])("%s", (_, text) => {
  expect(excessOf(text)).toBeUndefined();
});

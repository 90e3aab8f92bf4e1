import { expect, test } from "vitest";
import { Problem } from "./problem.ts";

test("a text of others is cut in its middle, once", () => {
  const problem = new Problem({ code: "host/command-failed", summary: "no", detail: `a${"x".repeat(1e6)}z` });
  expect(problem.detail).toMatch(/^ax+ \[992002 characters left out\] x+z$/);
  const again = problem.saying({ hint: "Look." });
  expect(again.detail).toBe(problem.detail);
});

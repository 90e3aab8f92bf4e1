import { expect, it } from "vitest";
import { nearest, suggestion } from "./nearest.ts";

it("finds the name that was meant", () => {
  const names = ["vpc-demo", "vpc-test", "other"];
  expect(nearest("vpc-dmeo", names)).toBe("vpc-demo");
  expect(nearest("VPC-DEMO", names)).toBe("vpc-demo");
  expect(nearest("otehr", names)).toBe("other");
});

it("does not guess where nothing is near", () => {
  expect(nearest("database", ["vpc-demo", "vpc-test"])).toBeUndefined();
  expect(suggestion("database", ["b", "a"], "VPC")).toBe("there is a, b");
  expect(suggestion("database", [], "VPC")).toBe("there is no VPC yet");
});

it("names a few of many", () => {
  const many = Array.from({ length: 20 }, (_, index) => `server-with-a-long-name-${index}`);
  expect(suggestion("x", many, "server")).toMatch(/and 12 more$/);
});

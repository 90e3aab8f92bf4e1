/** What zod finds wrong, in words for people who write YAML. */
import type { z } from "zod";

/** For a `safeParse`; what a schema says itself wins. */
export const inPlainWords = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    switch (issue.code) {
      case "invalid_type":
        return issue.input === undefined
          ? `missing (expected ${expected(issue.expected)})`
          : `expected ${expected(issue.expected)}, found ${found(issue.input)}`;
      case "invalid_value":
        return issue.input === undefined
          ? `missing (expected ${oneOf(issue.values)})`
          : `must be ${oneOf(issue.values)}`;
      case "too_small":
        return limit("at least", Number(issue.minimum), issue.origin);
      case "too_big":
        return limit("at most", Number(issue.maximum), issue.origin);
      case "invalid_format":
        return "does not have the form that is expected here";
      default:
        return undefined;
    }
  },
};

const names: Readonly<Record<string, string>> = {
  object: "keys with values",
  record: "keys with values",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function expected(type: string): string {
  return names[type] ?? type;
}

function found(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isInteger(value)) return "a fraction";
  return typeof value === "boolean" ? String(value) : expected(typeof value);
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

function limit(word: "at least" | "at most", count: number, of: string): string {
  if (of === "string" && word === "at least" && count === 1) return "must not be empty";
  if (of === "string") return `must have ${word} ${count} character${count === 1 ? "" : "s"}`;
  if (of === "array") return `must have ${word} ${count === 1 ? "one entry" : `${count} entries`}`;
  return `must be ${word} ${count}`;
}

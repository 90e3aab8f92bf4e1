/** Answers that a real Neutron gave: test/cases/neutron. */
import { readFileSync } from "node:fs";
import { z } from "zod";

const schema = z.object({ status: z.number(), answer: z.record(z.string(), z.unknown()) });

export interface Recorded {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export function recorded(name: string): Recorded {
  const file = new URL(`../../../test/cases/neutron/${name}.json`, import.meta.url);
  const { status, answer } = schema.parse(JSON.parse(readFileSync(file, "utf8")));
  return { status, body: answer };
}

/** The one object, or the first of the list, that the answer holds. */
export function objectIn(name: string): Readonly<Record<string, unknown>> {
  const [value] = Object.values(recorded(name).body);
  const found: unknown = Array.isArray(value) ? value[0] : value;
  return z.record(z.string(), z.unknown()).parse(found);
}

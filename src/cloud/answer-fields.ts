/** Fields as clouds' answers carry them: absent, null and empty all mean "nothing". */
import { z } from "zod";

/** Text that may be missing; "" then. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** So many items at a time, and none after those that have a mistake. */
const itemsAtOnce = 1_000;

/**
 * A list, checked in pieces up to the first mistake. Zod's own lists collect every mistake, which for a million bad items
 * takes more memory than the answer.
 */
export function listOf<T extends z.ZodType>(item: T) {
  const some = z.array(item);
  return z.transform((value: unknown, context): z.output<T>[] => {
    const pieces = Array.isArray(value) && value.length > itemsAtOnce ? piecesOf(value) : [value];
    const items: z.output<T>[][] = [];
    for (const [index, piece] of pieces.entries()) {
      const checked = some.safeParse(piece);
      if (!checked.success) {
        context.issues.push({ ...firstOf(checked.error, index * itemsAtOnce), input: value });
        return z.NEVER;
      }
      items.push(checked.data);
    }
    return items.length === 1 ? (items[0] ?? []) : items.flat();
  });
}

function piecesOf(values: readonly unknown[]): unknown[][] {
  const count = Math.ceil(values.length / itemsAtOnce);
  return Array.from({ length: count }, (_, at) => values.slice(at * itemsAtOnce, (at + 1) * itemsAtOnce));
}

/** @param from the place in the list of the first item that was checked. */
function firstOf({ issues: [first] }: z.ZodError, from: number) {
  const [place, ...rest] = first?.path ?? [];
  const path = place === undefined ? [] : [typeof place === "number" ? from + place : place, ...rest];
  return { code: "custom" as const, path, message: first?.message ?? "not as documented" };
}

/** Values by name, as `listOf` checks them. */
export function recordOf<T extends z.ZodType>(item: T) {
  return z.record(z.string(), z.unknown()).transform((values, context): Record<string, z.output<T>> => {
    const items: [string, z.output<T>][] = [];
    for (const [name, value] of Object.entries(values)) {
      const checked = item.safeParse(value);
      if (!checked.success) {
        const { path, ...issue } = firstOf(checked.error, 0);
        context.addIssue({ ...issue, path: [name, ...path] });
        return z.NEVER;
      }
      items.push([name, checked.data]);
    }
    return Object.fromEntries(items);
  });
}

/** A list that may be missing; empty then. */
export function optionalList<T extends z.ZodType>(item: T) {
  return listOf(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** `ports_links` and its like. */
export const links = optionalList(z.object({ rel: z.string(), href: z.string() }));

/** For answers whose body nobody reads. */
export const anything = z.unknown();

/** Fields as clouds' answers carry them: absent, null and empty all mean "nothing". */
import { z } from "zod";

/** Text that may be missing; "" then. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/**
 * A list, checked item by item up to the first mistake. Zod's own lists collect every mistake, which for a million bad
 * items takes more memory than the answer.
 */
export function listOf<T extends z.ZodType>(item: T) {
  return z.array(z.unknown()).transform((values, context): z.output<T>[] => {
    const items: z.output<T>[] = [];
    for (const [index, value] of values.entries()) {
      const checked = item.safeParse(value);
      if (!checked.success) {
        context.addIssue(firstOf(checked.error, index));
        return z.NEVER;
      }
      items.push(checked.data);
    }
    return items;
  });
}

/** Values by name, as `listOf` checks them. */
export function recordOf<T extends z.ZodType>(item: T) {
  return z.record(z.string(), z.unknown()).transform((values, context): Record<string, z.output<T>> => {
    const items: [string, z.output<T>][] = [];
    for (const [name, value] of Object.entries(values)) {
      const checked = item.safeParse(value);
      if (!checked.success) {
        context.addIssue(firstOf(checked.error, name));
        return z.NEVER;
      }
      items.push([name, checked.data]);
    }
    return Object.fromEntries(items);
  });
}

function firstOf({ issues: [first] }: z.ZodError, place: string | number) {
  const message = first?.message ?? "not as documented";
  return { code: "custom" as const, path: [place, ...(first?.path ?? [])], message };
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

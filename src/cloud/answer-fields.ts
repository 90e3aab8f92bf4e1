/** Fields as clouds' answers carry them: absent, null and empty all mean "nothing". */
import { z } from "zod";

/** Text that may be missing; "" then. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** A list that may be missing; empty then. */
export function optionalList<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** `ports_links` and its like. */
export const links = optionalList(z.object({ rel: z.string(), href: z.string() }));

/** For answers whose body nobody reads. */
export const anything = z.unknown();

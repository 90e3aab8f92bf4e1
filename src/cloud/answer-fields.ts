/** Fields as clouds' answers carry them: absent, null and empty all mean "nothing". */
import { createHash } from "node:crypto";
import { z } from "zod";
import { rangeOf } from "../spec/addresses.ts";
import { address, anyAddress, cidr, cloudId, mac } from "../spec/forms.ts";

/** Text that may be missing; "" then. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** A value of a form that may be missing; "" then. */
function orNothing(form: z.ZodType<string>) {
  return z
    .union([z.literal(""), form])
    .nullish()
    .transform((value) => value ?? "");
}

/** The range of a network, without host bits. */
export const network = cidr.transform((text) => rangeOf(text).cidr);

export const optionalId = orNothing(cloudId);
export const optionalAddress = orNothing(address);
/** IPv4 or IPv6. */
export const optionalAnyAddress = orNothing(anyAddress);

/** Neutron takes "FA-16-3E-00-00-01" as well, and older ones return it as it was given. */
export const optionalMac = orNothing(
  z
    .string()
    .transform((text) => text.replaceAll("-", ":"))
    .pipe(mac),
);

/**
 * What a port belongs to. Neutron takes any text from the port's owner: one that is not an id becomes an id that no object has.
 */
export const deviceId = optionalText.transform((text) =>
  text === "" || cloudId.safeParse(text).success
    ? text
    : `other-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`,
);
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
export function recordOf<T extends z.ZodType>(item: T, name: z.ZodType<string> = z.string()) {
  return z.record(name, z.unknown()).transform((values, context): Record<string, z.output<T>> => {
    const items: [string, z.output<T>][] = [];
    for (const [key, value] of Object.entries(values)) {
      const checked = item.safeParse(value);
      if (!checked.success) {
        const { path, ...issue } = firstOf(checked.error, 0);
        context.addIssue({ ...issue, path: [key, ...path] });
        return z.NEVER;
      }
      items.push([key, checked.data]);
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

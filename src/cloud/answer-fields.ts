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

/** Forms of values that the journal keeps, beside those of what other parties set (forms.ts). */
import { z } from "zod";
import { isHost } from "./hosts.ts";

/** The name of a gateway: it becomes part of names and marks in the cloud. */
export const gatewayName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, "must be 1 to 31 of a-z, 0-9 and -, beginning with a letter");

/** A text of the cloud that is handed back to it as it was: a description, the value of a DHCP option. */
export const cloudText = z
  .string()
  .max(4096)
  .refine((text) => !/\p{Cc}/u.test(text), "has control characters");

/** An address or a DNS name. */
export const hostName = z.string().refine(isHost, "is not an address or a name");

/** The name of a package of Debian or of an RPM system. */
export const packageName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+:-]{0,127}$/, "is not the name of a package");

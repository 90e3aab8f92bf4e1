/**
 * The forms of values that other parties set: the cloud's answers, hosts' facts, the journal, wayout.yaml. What is handed on to a kernel, a shell, a URL
 * or a configuration file has one of these forms; nothing else of an outsider's goes there.
 */
import { z } from "zod";
import { isAddress, parseRange } from "./addresses.ts";

/** An id of the cloud. OpenStack and OTC use UUIDs; it becomes part of a URL's path. */
export const cloudId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "is not an id: letters, digits, dots, dashes and underscores");

/** An IPv4 address of four decimal octets. */
export const address = z.string().refine(isAddress, "is not an IPv4 address like 192.0.2.1");

/** An IPv4 range. Host bits may be set, as Neutron returns them in address pairs. */
export const cidr = z
  .string()
  .refine((text) => parseRange(text) !== undefined, "is not an IPv4 range like 192.0.2.0/24");

/** An Ethernet address, in either case. */
export const mac = z
  .string()
  .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/, "is not a MAC address like fa:16:3e:00:00:01");

/**
 * The name of a network device. Linux allows any 15 bytes but blanks, "/" and ":" (dev_valid_name); nft and iptables read a trailing
 * "*" or "+" as a wildcard and a quote as the end of the name.
 */
export const deviceName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, "is not a device name like eth0");

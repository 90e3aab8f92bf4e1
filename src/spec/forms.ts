/**
 * The forms of values that other parties set: the cloud's answers, hosts' facts, the journal, wayout.yaml. What is handed on to a kernel, a shell, a URL
 * or a configuration file has one of these forms; nothing else of an outsider's goes there.
 */
import { z } from "zod";
import { isAddress, isIpv6, parseRange } from "./addresses.ts";
import { isJumps, isSshDestination, isSshUser } from "./ssh-words.ts";

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

/** IPv4 or IPv6: dual-stack networks have both, and a gateway leaves IPv6 alone. */
export const anyAddress = z
  .string()
  .refine((text) => isAddress(text) || isPlainIpv6(text), "is not an IP address like 192.0.2.1");

/** A range or a single address, IPv4 or IPv6, as security group rules, address pairs and routes have them. */
export const anyRange = z
  .string()
  .refine(
    (text) => isAddress(text) || parseRange(text) !== undefined || isIpv6Range(text),
    "is not an IP range like 192.0.2.0/24",
  );

/** The permission bits of a file, in octal, as stat and chmod have them. */
export const fileMode = z.string().regex(/^[0-7]{1,4}$/, "is not a file mode like 644");

/** The absolute path of a file on a host, without steps back and without characters that a shell or a list would read. */
export const filePath = z
  .string()
  .max(255)
  .regex(/^(\/[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*)+$/, "is not a path like /etc/sysctl.conf");

/** What ssh is given as its destination: a name, an address, or a Host of the user's ssh configuration. */
export const sshDestination = z.string().refine(isSshDestination, "is not a host name or an address");

/** A login name, without characters that a shell or ssh's own syntax would read. */
export const sshUser = z.string().refine(isSshUser, "is not a login name like ubuntu");

export const sshPort = z.int().min(1).max(65535);

/** Jump hosts, the nearest first: linux@bastion,inner:2222 */
export const sshJump = z
  .string()
  .refine(isJumps, "is not a list of jump hosts like linux@bastion,inner:2222");

/** Without a zone ("%eth0"), which names a device of one machine. */
function isPlainIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(text) && isIpv6(text);
}

function isIpv6Range(text: string): boolean {
  const [, ip = "", , prefix = "128"] = /^([^/]*)(\/(\d{1,3}))?$/.exec(text) ?? [];
  return isPlainIpv6(ip) && Number(prefix) <= 128;
}

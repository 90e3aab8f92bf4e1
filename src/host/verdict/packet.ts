/** A kind of packet that a rival firewall is asked about, and the matches that all firewalls share. */
import { contains, overlaps, parseRange, type Range } from "../../spec/addresses.ts";

export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly source: Range;
  readonly destination: Range;
  readonly state: "new" | "established";
}

export type Verdict = "accept" | "drop" | "return";

/** Where a packet is dropped. */
export interface Drop {
  /** The chain at the hook; a rule in front of its others decides first. */
  readonly base: string;
  readonly chain: string;
  /** As the host's own tool prints it; absent where the policy of the base chain drops. */
  readonly rule?: string;
}

/** How far a packet comes in a chain. */
export type Walked = "accept" | "return" | Drop;

/** A match of a rule against all packets of a kind: every one, none, or some of them. */
export type Match = "all" | "none" | "some";

export function matchRange(cidr: string, range: Range, inverted: boolean): Match {
  const wanted = parseRange(cidr.includes("/") ? cidr : `${cidr}/32`);
  if (!wanted) return "some";
  const match = contains(wanted, range) ? "all" : overlaps(wanted, range) ? "some" : "none";
  return inverted ? invert(match) : match;
}

/** `pattern` may end in "+" (iptables) or "*" (nftables): any device that begins so. */
export function matchDevice(pattern: string, device: string, inverted: boolean): Match {
  const same = /[+*]$/.test(pattern) ? device.startsWith(pattern.slice(0, -1)) : device === pattern;
  return same === inverted ? "none" : "all";
}

export function invert(match: Match): Match {
  return match === "all" ? "none" : match === "none" ? "all" : "some";
}

export function both(a: Match, b: Match): Match {
  if (a === "none" || b === "none") return "none";
  return a === "all" && b === "all" ? "all" : "some";
}

export function either(a: Match, b: Match): Match {
  if (a === "all" || b === "all") return "all";
  return a === "none" && b === "none" ? "none" : "some";
}

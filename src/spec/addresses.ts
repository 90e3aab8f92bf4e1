/** IPv4 address arithmetic on top of ipaddr.js. Ranges are CIDR text; canonical text has the host bits cleared. */
import ipaddr from "ipaddr.js";

export interface Range {
  /** Canonical CIDR text. */
  readonly cidr: string;
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** The range that `text` names, or undefined where it is not an IPv4 CIDR. */
export function parseRange(text: string): Range | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text) || !ipaddr.IPv4.isValidCIDR(text)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(toNumber(address.toString()) / size) * size;
  return { cidr: `${toAddress(first)}/${prefix}`, first, last: first + size - 1, prefix };
}

/** The range of a text that is known to be one. */
export function rangeOf(cidr: string): Range {
  const range = parseRange(cidr);
  if (!range) throw new Error(`${cidr} is no IPv4 range`);
  return range;
}

/** Four decimal octets, nothing shorter. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

export function isIpv6(text: string): boolean {
  return text.includes(":") && ipaddr.IPv6.isValid(text.split("/")[0] ?? "");
}

export function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, octet) => sum * 256 + octet, 0);
}

export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function holds(range: Pick<Range, "first" | "last">, address: string): boolean {
  const value = toNumber(address);
  return range.first <= value && value <= range.last;
}

/** RFC 1918, and what clouds keep for their own services (RFC 6598): not to be found on the Internet. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

export function isPrivate(address: string): boolean {
  return isAddress(address) && privateRanges.some((cidr) => holds(rangeOf(cidr), address));
}

/** What served sources may reach on the host itself. Pure. */
import { isAddress } from "../spec/addresses.ts";
import { canonicalCidrs, isWithin } from "./ranges.ts";

/** A kind of traffic to the host itself, and the sources that may begin it. */
export interface OpenService {
  /** The number of the IP protocol; null: every protocol. */
  readonly protocol: number | null;
  /** Ports of TCP and UDP, or a type of ICMP as both; null: all of them. */
  readonly ports: { readonly first: number; readonly last: number } | null;
  readonly from: readonly string[];
}

/** Absent from the rules where everything is reachable. */
export interface OwnServices {
  /** Where clients' packets come in. Other devices are not touched. */
  readonly devices: readonly string[];
  readonly open: readonly OpenService[];
  /** Served addresses that Wayout itself was logged in from, which `open` does not let in. */
  readonly logins: readonly string[];
  readonly sshPort: number;
}

export const protocols = { icmp: 1, tcp: 6, udp: 17, vrrp: 112 } as const;

/** ICMP echo request (RFC 792). */
const echoRequest = 8;

/** One entry per protocol and ports, in one order; the same services give the same value. */
export function canonicalServices(services: readonly OpenService[]): readonly OpenService[] {
  const groups = Map.groupBy(services, keyOf);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]): OpenService[] => {
      if (!first) return [];
      const from = canonicalCidrs([first, ...more].flatMap((one) => one.from));
      return from.length > 0 ? [{ protocol: first.protocol, ports: first.ports, from }] : [];
    });
}

function keyOf({ protocol, ports }: OpenService): string {
  const parts = [protocol ?? -1, ports?.first ?? -1, ports?.last ?? -1];
  return parts.map((part) => String(part + 1).padStart(5, "0")).join(" ");
}

/** Every protocol is open to every served source. */
export function isAllOpen(services: readonly OpenService[], served: readonly string[]): boolean {
  const whole = canonicalCidrs(services.filter((one) => one.protocol === null).flatMap((one) => one.from));
  return canonicalCidrs(served).every((cidr) => isWithin(cidr, whole));
}

/** What is left of `services` where only logins and ping are to be reachable. */
export function loginAndPing(services: readonly OpenService[], sshPort: number): readonly OpenService[] {
  return services.flatMap(({ protocol, ports, from }): OpenService[] => {
    const has = (wanted: number, port: number): boolean =>
      (protocol === null || protocol === wanted) &&
      (ports === null || (ports.first <= port && port <= ports.last));
    return [
      ...(has(protocols.tcp, sshPort)
        ? [{ protocol: protocols.tcp, ports: { first: sshPort, last: sshPort }, from }]
        : []),
      ...(has(protocols.icmp, echoRequest)
        ? [{ protocol: protocols.icmp, ports: { first: echoRequest, last: echoRequest }, from }]
        : []),
    ];
  });
}

/** A TCP connection from the address to the port is open. */
export function letsIn(services: readonly OpenService[], address: string, port: number): boolean {
  return services.some(
    ({ protocol, ports, from }) =>
      (protocol === null || protocol === protocols.tcp) &&
      (ports === null || (ports.first <= port && port <= ports.last)) &&
      isWithin(`${address}/32`, from),
  );
}

/** "tcp 22 from 192.168.125.0/24", as a person reads it. */
export function serviceText({ protocol, ports, from }: OpenService): string {
  const name = Object.entries(protocols).find(([, number]) => number === protocol)?.[0];
  const what = protocol === null ? "everything" : (name ?? `protocol ${protocol}`);
  return `${what}${portsText(protocol, ports)} from ${from.join(", ")}`;
}

function portsText(protocol: number | null, ports: OpenService["ports"]): string {
  if (ports === null) return "";
  if (protocol === protocols.icmp) return ports.first === echoRequest ? " echo" : ` type ${ports.first}`;
  return ports.first === ports.last ? ` ${ports.first}` : ` ${ports.first}-${ports.last}`;
}

const openTo = "# Reachable on this host for served sources: ";
const loginsFrom = "# Wayout was logged in from: ";

/** Lines that say the same to people, and to the next plan, at the top of a text of rules. */
export function servicesComment(services: OwnServices | null): readonly string[] {
  if (!services) return [`${openTo}${everything}`];
  const open = services.open.map(serviceText);
  return [
    `${openTo}${open.length > 0 ? open.join("; ") : "nothing"}`,
    ...(services.logins.length > 0 ? [`${loginsFrom}${services.logins.join(" ")}`] : []),
  ];
}

const everything = "everything";

/** What a text of rules says is reachable; undefined where an older Wayout made it. */
export function reachableIn(rules: string): string | undefined {
  return lineAfter(rules, openTo);
}

/** Addresses that a text of rules lets in because Wayout was logged in from there. */
export function loginsIn(rules: string): readonly string[] {
  return (lineAfter(rules, loginsFrom) ?? "").split(" ").filter(isAddress);
}

function lineAfter(text: string, words: string): string | undefined {
  const line = text.split("\n").find((one) => one.startsWith(words));
  return line?.slice(words.length);
}

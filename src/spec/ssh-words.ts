/**
 * Where a login goes, as ssh takes it on its command line. ssh reads "user@host", "ssh://..." and "-o..." there too, hands parts on to a
 * shell (ProxyCommand, Match exec) and expands "%": each part is held to a form in which none of that can stand.
 */
import { isIpv6 } from "./addresses.ts";
import { isHost } from "./hosts.ts";

export interface JumpHost {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

/** A name, an address, or a Host of the user's ssh configuration. */
export function isSshDestination(text: string): boolean {
  return isHost(text) || isBareIpv6(text);
}

export function isSshUser(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/.test(text);
}

export function isJumps(text: string): boolean {
  return parseJumps(text) !== undefined;
}

/** "linux@bastion,inner:2222,root@[2001:db8::1]:22", the nearest first. Undefined where a part has another form. */
export function parseJumps(text: string): readonly JumpHost[] | undefined {
  const jumps = text.split(",").map(parseJump);
  return jumps.every((jump) => jump !== undefined) ? jumps : undefined;
}

function parseJump(text: string): JumpHost | undefined {
  const match = /^(?:([^@]+)@)?(?:\[([^\][]+)\]|([^:@]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const [, user, ipv6, name = "", port] = match;
  if (user !== undefined && !isSshUser(user)) return undefined;
  if (ipv6 === undefined ? !isHost(name) : !isBareIpv6(ipv6)) return undefined;
  if (port !== undefined && !isPort(Number(port))) return undefined;
  return {
    ...(user === undefined ? {} : { user }),
    host: ipv6 ?? name,
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** For ssh's -J. */
export function jumpText(jumps: readonly JumpHost[]): string {
  return jumps
    .map(({ user, host, port }) => {
      const at = user === undefined ? "" : `${user}@`;
      return `${at}${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
    })
    .join(",");
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

function isBareIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(text) && isIpv6(text);
}

/**
 * A record of the journal says how a host was logged in to. Where that leads is for the cloud to say, and for wayout.yaml: an
 * address must be one that the server has, a name or a jump host must stand in the file. Pure.
 */
import type { HostAddress } from "../host/host.ts";
import { Problem } from "../report/problem.ts";
import { isAddress } from "../spec/addresses.ts";
import type { Spec } from "../spec/spec.ts";
import { parseJumps } from "../spec/ssh-words.ts";

/** What wayout.yaml says of logins now, beside what the cloud knows. */
export interface Logins {
  /** Proxies that are reached at a name of the ssh configuration, or at another address than the cloud's. */
  readonly names: readonly { readonly server: string; readonly destination: string }[];
  /** Jump hosts, as they are written there. */
  readonly jumps: readonly string[];
}

export const noLogins: Logins = { names: [], jumps: [] };

export function loginsOf({ gateways }: Spec): Logins {
  return {
    names: gateways.flatMap(({ proxies, ssh: { address } }) =>
      address === "public" || address === "private"
        ? []
        : proxies.map((server) => ({ server, destination: address })),
    ),
    jumps: gateways.flatMap(({ ssh }) => ssh.jump ?? []),
  };
}

/**
 * Splits a record's jump hosts into those of the file, and those behind them that are EIPs.
 * @throws Problem host/unknown-way for any other.
 */
export function jumpsOf(
  { server, jump }: Pick<HostAddress, "server" | "jump">,
  { jumps }: Logins,
): { readonly ofFile?: string; readonly eips: readonly string[] } {
  if (jump === undefined) return { eips: [] };
  const [ofFile] = jumps
    .filter((one) => jump === one || jump.startsWith(`${one},`))
    .sort((a, b) => b.length - a.length);
  const rest = ofFile === undefined ? jump : jump.slice(ofFile.length + 1);
  // What cannot be read is no jump host of anybody's.
  const hops = rest === "" ? [] : (parseJumps(rest)?.map(({ host }) => host) ?? [rest]);
  const eips = hops.filter((hop) => isAddress(hop));
  if (eips.length < hops.length) throw unknownWay(server, `by the jump host ${jump}`, `jump: ${jump}`);
  return { ...(ofFile === undefined ? {} : { ofFile }), eips };
}

/** A destination that the cloud does not know as the server's. */
export function unknownDestination({ server, destination }: HostAddress): Problem {
  return unknownWay(server, `at ${destination}`, `address: ${destination}`);
}

function unknownWay(server: string, way: string, setting: string): Problem {
  return new Problem({
    code: "host/unknown-way",
    summary: `the journal says that ${server} is logged in to ${way}, which is neither the cloud's word for that server nor in wayout.yaml`,
    hint: `Nobody was logged in to. If it is right, write it into the gateway of ${server} in wayout.yaml (ssh: {${setting}}); or go on without the host: \`undo --skip-hosts\`.`,
  });
}

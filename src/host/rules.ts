/**
 * What the proxy's kernel must do with packets, apart from the words of nftables or iptables:
 *
 * - Only traffic that arrives on an inside device and would leave by the egress device is Wayout's business. Everything
 *   else on the host (containers, a VPN, another network) goes on as before.
 * - Of that traffic, served sources may go to the destinations; established connections and their replies pass; all else
 *   is dropped: undeclared sources, what connection tracking calls invalid (it would leave without NAT), closed ranges.
 * - Traffic to the VPC's own ranges is neither translated nor judged.
 * - What leaves is translated to one address, with ports at random: two clients that use the same port at once would
 *   otherwise race for it (kube-ovn#1956, ip-masq-agent#51). Not in a pair, see `ofPair`.
 * - The MSS of new TCP connections is lowered to what the way carries, in both directions (fck-nat#145).
 * - An open connection of a source that is no longer served may end by itself; it cannot be opened again.
 */
import { createHash } from "node:crypto";
import { canonicalCidrs } from "./ranges.ts";

export interface Rules {
  /** The device that leads to the Internet, as the host's own route says. */
  readonly egressDevice: string;
  /** What the source is translated to. */
  readonly egressAddress: string;
  /** Devices that carry the proxy's NICs in the VPC; with one NIC the egress device itself. */
  readonly insideDevices: readonly string[];
  /** Addresses of the host itself: its own connections are not translated. */
  readonly ownAddresses: readonly string[];
  readonly served: readonly string[];
  readonly destinations: readonly string[];
  readonly vpcCidrs: readonly string[];
  readonly closed: readonly string[];
  /**
   * Drops new connections from served sources to the proxy itself, except ping and the SSH port. Off by default: an
   * administrator may log in from a served subnet, and the subnets may use a resolver or a package proxy that runs here;
   * what worked before must not be cut without being asked for. The security group is the place for the rest.
   */
  readonly closeOwnServices: boolean;
  /**
   * The rules of a pair.
   *
   * A client keeps its port where that is free. A client that uses a port again soon after closing (RFC 6191) begins a
   * new connection under the same name, and conntrackd's other side keeps what it knew under that name: the port must be
   * the same again.
   *
   * A TCP packet in the middle of a connection that is not known is answered with a reset, toward the client.
   * It was opened in the moment before the other proxy ended; its client begins anew at once instead of waiting.
   */
  readonly ofPair: boolean;
  /** Stays open when `closeOwnServices` is set. */
  readonly sshPort: number;
}

/**
 * Never forwarded for anybody: "this" network, loopback, link-local with the metadata service (streisand#1260),
 * multicast, reserved (RFC 6890).
 */
export const closedByDefault: readonly string[] = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** The same rules give the same value, whatever order and repetitions they were written with. */
export function canonicalRules(rules: Rules): Rules {
  return {
    egressDevice: rules.egressDevice,
    egressAddress: rules.egressAddress,
    insideDevices: [...new Set(rules.insideDevices)].sort(),
    ownAddresses: [...new Set([...rules.ownAddresses, rules.egressAddress])].sort(),
    served: canonicalCidrs(rules.served),
    destinations: canonicalCidrs(rules.destinations),
    vpcCidrs: canonicalCidrs(rules.vpcCidrs),
    closed: canonicalCidrs(rules.closed),
    ofPair: rules.ofPair,
    closeOwnServices: rules.closeOwnServices,
    // Says nothing where nothing is closed.
    sshPort: rules.closeOwnServices ? rules.sshPort : 0,
  };
}

/**
 * Names a compiled text. It is in a comment of a kernel rule, so that what the kernel holds can be told from what is
 * wanted without comparing words that every version of a tool prints in its own way.
 */
export function fingerprint(rules: Rules): string {
  return createHash("sha256")
    .update(`1 ${JSON.stringify(canonicalRules(rules))}`)
    .digest("hex")
    .slice(0, 12);
}

/** The fingerprint in what the kernel printed; undefined when none is there. */
export function fingerprintIn(text: string): string | undefined {
  return /wayout:([0-9a-f]{12})/.exec(text)?.[1];
}

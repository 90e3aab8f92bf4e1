/**
 * What the proxy's kernel must do with packets, apart from the words of nftables or iptables:
 *
 * - Only traffic between Wayout's devices, the inside ones and the one that leads to the Internet, is Wayout's business.
 *   Everything else on the host (containers, a VPN, another network) goes on as before.
 * - A packet is judged by the connection it belongs to, in both directions: by the source and the destination that the
 *   connection was opened with. Served sources may go to the destinations and to the VPC's own ranges; all else is dropped.
 *   That a connection is known proves nothing: the other proxy of a pair tells of connections, and an entry may be old.
 * - Closed ranges are closed for everybody, in both directions.
 * - Nobody opens a connection from outside, except where a DNAT rule that is not Wayout's leads it inside; in a pair the
 *   other proxy could make such an entry up, so not there.
 * - What connection tracking calls invalid would leave without NAT; it is dropped, except between served sources and the
 *   VPC, where the other direction may pass by another way.
 * - VRRP and the connection sync of a pair are between its proxies; nobody speaks them through a proxy.
 * - Traffic to the VPC's own ranges is not translated.
 * - What leaves is translated to one address, with ports at random: two clients that use the same port at once would
 *   otherwise race for it (kube-ovn#1956, ip-masq-agent#51). Not in a pair, see `ofPair`.
 * - The MSS of new TCP connections is lowered to what the way carries, in both directions (fck-nat#145).
 * - The connections of a source that is no longer served end when the rules change.
 * - Served sources reach of the host itself what `ownServices` says.
 */
import { createHash } from "node:crypto";
import { canonicalServices, isAllOpen, type OwnServices } from "./own-services.ts";
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
  /** What served sources may begin with the host itself; null: everything. */
  readonly ownServices: OwnServices | null;
  /**
   * The rules of a pair.
   *
   * A client keeps its port where that is free. A client that uses a port again soon after closing (RFC 6191) begins a
   * new connection under the same name, and conntrackd's other side keeps what it knew under that name: the port must be
   * the same again.
   *
   * A TCP packet in the middle of a connection that is not known is answered with a reset, toward the client.
   * It was opened in the moment before the other proxy ended; its client begins anew at once instead of waiting.
   *
   * A connection that is known and not translated to `egressAddress` is dropped: the other proxy made it up. The
   * exception are those that this host opened while it translated to its own address (see former-address.ts).
   */
  readonly ofPair: boolean;
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
    ownServices: canonicalOwnServices(rules),
  };
}

function canonicalOwnServices({ ownServices, served }: Rules): OwnServices | null {
  if (!ownServices || isAllOpen(ownServices.open, served)) return null;
  return {
    devices: [...new Set(ownServices.devices)].sort(),
    open: canonicalServices(ownServices.open),
    logins: [...new Set(ownServices.logins)].sort(),
    // Says nothing where nobody logs in by it.
    sshPort: ownServices.logins.length > 0 ? ownServices.sshPort : 0,
  };
}

/**
 * Names a compiled text. It is in a comment of a kernel rule, so that what the kernel holds can be told from what is
 * wanted without comparing words that every version of a tool prints in its own way.
 */
export function fingerprint(rules: Rules): string {
  return createHash("sha256")
    .update(`2 ${JSON.stringify(canonicalRules(rules))}`)
    .digest("hex")
    .slice(0, 12);
}

/** The fingerprint in what the kernel printed; undefined when none is there. */
export function fingerprintIn(text: string): string | undefined {
  return /wayout:([0-9a-f]{12})/.exec(text)?.[1];
}

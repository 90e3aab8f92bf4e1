/**
 * The guard of a pair: rules on the host that take adverts (VRRP) and sync (conntrackd) from the other proxy alone, in whatever
 * way the security group is open. Both protocols come without a password: an advert of priority 255 takes the role away, and one
 * sync message with a number ahead ends the sync. Pure.
 */
import { createHash } from "node:crypto";
import { syncPort } from "./conntrackd-conf.ts";
import { routerId } from "./keepalived-conf.ts";
import type { Member } from "./member.ts";

/** Apart from the table and the chains of the way out: these are loaded before them, and stay when they change. */
export const guardTable = "wayout_pair";
const chain = "WAYOUTPAIR";

/** One link on which the two proxies speak. */
interface Link {
  readonly device: string;
  readonly address: string;
  readonly peer: string;
  /** Absent in what an older Wayout wrote down. */
  readonly peerMac?: string | undefined;
}

/**
 * What the guard checks of a packet:
 * - device and source: the other proxy's, so that no neighbour speaks for it;
 * - source MAC: a fabric whose check is off for a server still holds it to its own MAC (Neutron, allowed address pairs);
 * - TTL 255 of an advert: no router has passed it on (RFC 9568, 5.1.1.3; RFC 5082);
 * - on the way out: only root's programs send sync, so that another user of this host does not speak for it.
 *
 * Adverts are told from those of another pair by the router id, the second byte. A packet for the other proxy that comes here is
 * dropped too: forwarded, it could leave with this host's address.
 *
 * `guard on` loads the rules unless they are there, `guard check` says by its exit code whether they are, `guard off` removes them.
 */
export function guardScript(member: Member): string {
  const { device, outsideDevice, address, peer, peerMac, outside } = member;
  const inside: Link = { device, address, peer, peerMac };
  const links = outside ? [inside, { device: outsideDevice, ...outside }] : [inside];
  const id = routerId(member.gateway);
  const mark = `wayout:${createHash("sha256")
    .update(JSON.stringify([1, links, id]))
    .digest("hex")
    .slice(0, 12)}`;
  const nft = nftRules(inside, links, id, mark);
  const iptables = iptablesRules(inside, links, mark);
  return `#!/bin/sh
# Wayout: takes adverts and sync of the pair of gateway ${member.gateway} from the other proxy alone.  guard on | check | off
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
if command -v nft >/dev/null 2>&1; then
  loaded() { [ "$(nft list table ip ${guardTable} 2>/dev/null | grep -c -e ${mark})" = ${marksIn(nft, mark)} ]; }
  load() { nft -f - <<'RULES'
${nft}
RULES
  }
  unload() { printf 'add table ip ${guardTable}\ndelete table ip ${guardTable}\n' | nft -f -; }
else
  loaded() { [ "$(iptables-save -t raw 2>/dev/null | grep -c -e ${mark} -e '-j ${chain}')" = ${marksIn(iptables, mark) + 2} ]; }
  load() {
    unload
    iptables-restore --noflush <<'RULES'
${iptables}
RULES
  }
  unload() {
    {
      while iptables -t raw -D PREROUTING -j ${chain}; do :; done
      while iptables -t raw -D OUTPUT -j ${chain}-OUT; do :; done
      for one in ${chain} ${chain}-OUT; do iptables -t raw -F $one && iptables -t raw -X $one; done
    } 2>/dev/null
    :
  }
fi
case $1 in
  on) loaded || load ;;
  check) loaded ;;
  off) unload ;;
esac
`;
}

/** Counters have names, so that a host can say how many packets of others it refused. */
function nftRules(inside: Link, links: readonly Link[], id: number, mark: string): string {
  const from = ({ device, address, peer, peerMac }: Link) =>
    `iifname "${device}"${peerMac === undefined ? "" : ` ether saddr ${peerMac}`} ip saddr ${peer} ip daddr ${address}`;
  const noted = `comment "${mark}"`;
  return `add table ip ${guardTable}
delete table ip ${guardTable}
table ip ${guardTable} {
	counter adverts_refused { packets 0 bytes 0 }
	counter sync_refused { packets 0 bytes 0 }
	chain arrives {
		type filter hook prerouting priority -310; policy accept;
		ip protocol 112 @th,8,8 ${id} jump adverts ${noted}
		ip daddr { ${inside.address}, ${inside.peer} } udp dport ${syncPort} jump sync ${noted}
	}
	chain adverts {
${links.map((link) => `\t\t${from(link)} ip ttl 255 accept ${noted}`).join("\n")}
		counter name adverts_refused drop ${noted}
	}
	chain sync {
		${from(inside)} accept ${noted}
		counter name sync_refused drop ${noted}
	}
	chain leaves {
		type filter hook output priority -310; policy accept;
		ip daddr ${inside.peer} udp dport ${syncPort} meta skuid != 0 counter name sync_refused drop ${noted}
	}
}`;
}

function marksIn(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

/** In the table "raw": in "filter", a rule of the host's own firewall may let a packet in first. Of CentOS 6's iptables too. */
function iptablesRules(inside: Link, links: readonly Link[], mark: string): string {
  const noted = `-m comment --comment ${mark}`;
  const from = ({ device, address, peer, peerMac }: Link) =>
    `-A ${chain} -i ${device}${peerMac === undefined ? "" : ` -m mac --mac-source ${peerMac}`} -s ${peer} -d ${address}`;
  const advert = "-p 112";
  const sync = `-p udp --dport ${syncPort}`;
  return `*raw
:${chain} - [0:0]
:${chain}-OUT - [0:0]
-I PREROUTING 1 -j ${chain}
-I OUTPUT 1 -j ${chain}-OUT
${links.map((link) => `${from(link)} ${advert} -m ttl --ttl-eq 255 ${noted} -j RETURN`).join("\n")}
-A ${chain} ${advert} -m addrtype --dst-type LOCAL ${noted} -j DROP
${links.map(({ peer }) => `-A ${chain} -d ${peer} ${advert} ${noted} -j DROP`).join("\n")}
${from(inside)} ${sync} ${noted} -j RETURN
-A ${chain} -d ${inside.address} ${sync} ${noted} -j DROP
-A ${chain} -d ${inside.peer} ${sync} ${noted} -j DROP
-A ${chain}-OUT -d ${inside.peer} ${sync} -m owner ! --uid-owner 0 ${noted} -j DROP
COMMIT`;
}

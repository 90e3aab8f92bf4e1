/** Configuration of keepalived: which of the two is active. keepalived.conf(5); VRRPv3 is RFC 9568. Pure. */
import { createHash } from "node:crypto";
import { oneLine } from "../../report/visible.ts";
import type { Member } from "./member.ts";
import { pairState } from "./paths.ts";
import { signingPaths } from "./signing.ts";

/** Seconds between adverts. After three of them without one, and a little more, the standby takes over: about 160 ms. */
const advertSeconds = 0.05;
/** Both alike: nobody is preferred, so whoever is active stays so. The score is added. */
const priority = 200;

const tokenPrefix = "127.112.";

/** The address that keepalived is given instead of a virtual IP. */
export function isToken(address: string): boolean {
  return address.startsWith(tokenPrefix);
}

/** Router ids tell pairs of one subnet apart: 1 to 255. */
export function routerId(gateway: string): number {
  return (createHash("sha256").update(gateway).digest()[0] ?? 0) || 1;
}

/** One election between two NICs. */
interface Instance {
  readonly name: string;
  readonly device: string;
  readonly address: string;
  readonly peer: string;
  readonly token: string;
}

/**
 * keepalived elects and does nothing else. It would set the virtual IPs before its scripts have run, and packets would
 * come before the connections are known (keepalived#2254, #2389): so it gets an address that means nothing, and the role
 * script sets the real ones when it is time. The higher score wins: a planned switch and a proxy that does not forward
 * are told to keepalived that way.
 *
 * Proxies between two networks elect in both, and whoever loses one election loses the other: else a proxy that one
 * network does not hear any more would go on with its address in the other one. What is elected comes under the name
 * `wayout` in either case.
 */
export function keepalivedConf(member: Member): string {
  const { gateway, device, outsideDevice, address, peer, outside } = member;
  const id = routerId(gateway);
  const one = { name: "wayout", device, address, peer, token: `${tokenPrefix}0.${id}` };
  const two = outside && {
    name: "outside",
    device: outsideDevice,
    ...outside,
    token: `${tokenPrefix}1.${id}`,
  };
  const elections = two
    ? group + instance({ ...one, name: "inside" }, id) + instance(two, id)
    : instance(one, id);
  return `# Wayout: elects the active proxy of gateway ${oneLine(gateway)}. Run by wayout-pair.service.
global_defs {
	vrrp_version 3
	vrrp_check_unicast_src
	vrrp_notify_fifo ${pairState}/elected
}
track_file score {
	file ${pairState}/score
	weight 1
}
${elections}`;
}

/** The score counts in a group only when it is told so; it is the same in both. */
const group = `vrrp_sync_group wayout {
	group {
		inside
		outside
	}
	sync_group_tracking_weight
}
`;

/**
 * Without `lower_prio_no_advert` an active keepalived puts its next advert off with every packet that it receives, also
 * with one that it refuses (vrrp_dispatcher_read, 2.2.7 to 2.4.3): forged ones would silence it, and the other one would
 * take over.
 */
function instance({ name, device, address, peer, token }: Instance, id: number): string {
  return `vrrp_instance ${name} {
	state BACKUP
	interface ${device}
	virtual_router_id ${id}
	priority ${priority}
	advert_int ${advertSeconds}
	lower_prio_no_advert
	unicast_src_ip ${address}
	unicast_peer {
		${peer} min_ttl 255 max_ttl 255
	}
	virtual_ipaddress {
		${token}/32 dev lo
	}
	track_file {
		score
	}
	include ${signingPaths.loaded}
}
`;
}

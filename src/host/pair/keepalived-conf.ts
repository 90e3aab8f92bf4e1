/** Configuration of keepalived: which of the two is active. keepalived.conf(5); VRRPv3 is RFC 9568. Pure. */
import { createHash } from "node:crypto";
import type { Member } from "./member.ts";
import { pairState } from "./paths.ts";

/** Seconds between adverts. After three of them without one, and a little more, the standby takes over: about 160 ms. */
const advertSeconds = 0.05;
/** Both alike: nobody is preferred, so whoever is active stays so. The score is added. */
const priority = 200;

const tokenPrefix = "127.112.0.";

/** The address that keepalived is given instead of a virtual IP. */
export function isToken(address: string): boolean {
  return address.startsWith(tokenPrefix);
}

/** Router ids tell pairs of one subnet apart: 1 to 255. */
export function routerId(gateway: string): number {
  return (createHash("sha256").update(gateway).digest()[0] ?? 0) || 1;
}

/**
 * keepalived elects and does nothing else. It would set the virtual IPs before its scripts have run, and packets would
 * come before the connections are known (keepalived#2254, #2389): so it gets an address that means nothing, and the role
 * script sets the real ones when it is time. The higher score wins: a planned switch and a proxy that does not forward
 * are told to keepalived that way.
 */
export function keepalivedConf({ gateway, device, address, peer }: Member): string {
  const id = routerId(gateway);
  return `# Wayout: elects the active proxy of gateway ${gateway}. Run by wayout-pair.service.
global_defs {
	vrrp_version 3
	vrrp_notify_fifo ${pairState}/elected
}
track_file score {
	file ${pairState}/score
	weight 1
}
vrrp_instance wayout {
	state BACKUP
	interface ${device}
	virtual_router_id ${id}
	priority ${priority}
	advert_int ${advertSeconds}
	unicast_src_ip ${address}
	unicast_peer {
		${peer}
	}
	virtual_ipaddress {
		${tokenPrefix}${id}/32 dev lo
	}
	track_file {
		score
	}
}
`;
}

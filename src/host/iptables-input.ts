/** What served sources may begin with the host itself, in iptables' words. Pure. */
import { ownChainPrefix } from "./own-paths.ts";
import { type OpenService, protocols } from "./own-services.ts";
import { syncPort } from "./pair/conntrackd-conf.ts";
import type { Rules } from "./rules.ts";

const hook = `${ownChainPrefix}BEGINS`;
const services = `${ownChainPrefix}SERVICES`;

/** Lines of the mangle table, which sees packets ahead of DNAT. See nftablesInput for what is judged, and why so. */
export function iptablesInput({ ownServices, served }: Rules): readonly string[] {
  if (!ownServices) return [];
  const { devices, open, logins, sshPort } = ownServices;
  return [
    `-A ${hook} -m addrtype --dst-type UNICAST -j RETURN`,
    `-A ${hook} -p tcp ! --syn -j RETURN`,
    `-A ${hook} ! -p tcp -m conntrack ! --ctstate NEW -j RETURN`,
    ...devices.flatMap((device) => served.map((cidr) => `-A ${hook} -i ${device} -s ${cidr} -j ${services}`)),
    `-A ${services} -p udp --sport 67 --dport 68 -j RETURN`,
    `-A ${services} -p ${protocols.vrrp} -j RETURN`,
    `-A ${services} -p udp --dport ${syncPort} -j RETURN`,
    ...open.flatMap(({ from, ...what }) =>
      from.map((cidr) => `-A ${services} -s ${cidr}${match(what)} -j RETURN`),
    ),
    ...logins.map((address) => `-A ${services} -s ${address} -p tcp --dport ${sshPort} -j RETURN`),
    `-A ${services} -j DROP`,
  ];
}

function match({ protocol, ports }: Omit<OpenService, "from">): string {
  if (protocol === null) return "";
  const named = protocol === protocols.tcp ? "tcp" : protocol === protocols.udp ? "udp" : undefined;
  if (named !== undefined) {
    return ` -p ${named}${ports ? ` --dport ${ports.first}:${ports.last}` : ""}`;
  }
  if (protocol === protocols.icmp && ports) return ` -p icmp --icmp-type ${ports.first}`;
  return ` -p ${protocol}`;
}

/** What served sources may begin with the host itself, in nftables' words. Pure. */
import { type OpenService, protocols } from "./own-services.ts";
import { syncPort } from "./pair/conntrackd-conf.ts";
import { setElements } from "./ranges.ts";
import type { Rules } from "./rules.ts";

/**
 * TCP is judged by its SYN alone: no connection can be opened without one, those that are open send none, and what
 * connection tracking says does not matter. Of other protocols the first packet counts, so that answers to what the host
 * itself sends come in, and ICMP errors (path MTU). Ahead of DNAT too (priority -100): what a container publishes at an
 * address of the host is a service of the host.
 */
export function nftablesInput({ ownServices }: Rules): string {
  if (!ownServices) return "";
  const { devices, open, logins, sshPort } = ownServices;
  const rules = [
    // Answers of a DHCP server may come in without having been asked for by unicast.
    "udp sport 67 udp dport 68 accept",
    // A partner speaks them before these rules know of it; who may is the pair's own guard's to say.
    `ip protocol ${protocols.vrrp} accept`,
    `udp dport ${syncPort} accept`,
    ...open.map((service) => `ip saddr { ${setElements(service.from).join(", ")} } ${match(service)}accept`),
    ...(logins.length > 0 ? [`ip saddr { ${logins.join(", ")} } tcp dport ${sshPort} accept`] : []),
    "counter drop",
  ];
  const from = `iifname { ${devices.map((device) => `"${device}"`).join(", ")} } ip saddr @served`;
  const begins = (
    to: string,
  ) => `		tcp flags & (fin | syn | rst | ack) == syn ${from} ${to}jump own_services
		meta l4proto != tcp ct state new ${from} ${to}jump own_services`;
  return `
	chain before_dnat {
		type filter hook prerouting priority -150; policy accept;
${begins("ip daddr @own ")}
	}

	chain input {
		type filter hook input priority 0; policy accept;
${begins("")}
	}

	chain own_services {
${rules.map((rule) => `\t\t${rule}`).join("\n")}
	}
`;
}

function match({ protocol, ports }: OpenService): string {
  if (protocol === null) return "";
  const range = ports && (ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`);
  if (protocol === protocols.tcp && range) return `tcp dport ${range} `;
  if (protocol === protocols.udp && range) return `udp dport ${range} `;
  if (protocol === protocols.icmp && ports) return `icmp type ${ports.first} `;
  return `ip protocol ${protocol} `;
}

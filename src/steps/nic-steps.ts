/** What the proxies' NICs need of the cloud, so that packets of others pass and the two of a pair hear each other. */
import { bind } from "./bind.ts";
import { securityGroup } from "./cloud/security-group/security-group.ts";
import { sourceDestinationCheck } from "./cloud/source-destination-check.ts";
import {
  type Facts,
  type Gateway,
  isBetween,
  type Pair,
  type ProxyServer,
  securityGroupName,
  served,
} from "./gateway.ts";
import { outerAddress } from "./pair/outer-address.ts";
import type { BoundStep } from "./step.ts";

/** What the proxy's NIC needs of the cloud. */
export function nicSteps(
  gateway: Gateway,
  { server, nic }: ProxyServer,
  facts: Facts,
  peer?: ProxyServer,
): BoundStep[] {
  const { name, spec } = gateway;
  const onNic = { gateway: name, server: server.name, nicId: nic.id, nicIp: nic.ip };
  const check = {
    ...onNic,
    anyAddressPairs: facts.anyAddressPairs.map((pairs) => [...pairs]),
    ...(gateway.pair ? { withVirtualIps: true as const } : {}),
  };
  if (spec.sourceDestinationCheck === "port-security-off") {
    const unable = facts.portSecurityOff
      ? {}
      : { unable: `${facts.name} has no port security to switch off` };
    // Without port security a NIC has no security groups, and is given none.
    return [bind(name, sourceDestinationCheck, { ...check, portSecurityOff: true, ...unable })];
  }
  if (nic.portSecurity === false) return [bind(name, sourceDestinationCheck, check)];
  return [
    bind(name, securityGroup, {
      ...onNic,
      groupName: securityGroupName(name, server.name, nic.ip),
      served: served(gateway),
      ...(peer ? { peer: { ip: peer.nic.ip, sshPort: spec.ssh.port ?? 22 } } : {}),
      mode: spec.securityGroup,
      ...editsEnd(facts),
    }),
    bind(name, sourceDestinationCheck, check),
  ];
}

/** What the NIC needs that the outer virtual IP is on, where it is another one than the clients' packets come to. */
export function outsideSteps(
  { name, spec }: Gateway,
  { outer }: Pair,
  proxy: ProxyServer,
  facts: Facts,
  peer: ProxyServer | undefined,
): BoundStep[] {
  if (!isBetween(proxy) || !peer) return [];
  const { server, outside } = proxy;
  const onNic = { gateway: name, server: server.name, nicId: outside.id, nicIp: outside.ip };
  const address = bind(name, outerAddress, { ...onNic, ip: outer.ip });
  if (outside.portSecurity === false) return [address];
  return [
    bind(name, securityGroup, {
      ...onNic,
      groupName: securityGroupName(name, `${server.name}-outside`, outside.ip),
      served: [],
      peer: { ip: peer.outside.ip, sshPort: spec.ssh.port ?? 22 },
      // Its check stays on but for one address: what its groups say by membership goes on to hold.
      mode: "add",
      outside: true,
      ...editsEnd(facts),
    }),
    address,
  ];
}

function editsEnd({ groupEditsEndConnections }: Facts) {
  return groupEditsEndConnections ? { editsEndConnections: true as const } : {};
}

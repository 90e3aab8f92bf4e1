/** Which probes are tried from which seat. */
import type { HostAddress } from "../host/host.ts";
import { holds, isAddress, parseRange } from "../spec/addresses.ts";
import type { GatewaySpec, Probes } from "../spec/spec.ts";
import { behind, byJumps, type Client, type Gateway, loginAt } from "../steps/gateway.ts";
import { dns } from "./dns.ts";
import { https } from "./https.ts";
import { largeTransfer } from "./large-transfer.ts";
import { ping } from "./ping.ts";
import { noTool, type Probe } from "./probe.ts";
import { seenAddress } from "./seen-address.ts";
import { hostAndPort, tcp } from "./tcp.ts";
import { udp } from "./udp.ts";

/** Before the route moves: the proxy itself must reach the Internet, or its clients never will. */
export function probesFromProxy(probes: Probes): Probe[] {
  return [ping(probes.ping), tcp(probes.tcp), udp(probes.udp), dns(probes.dns)];
}

/** Afterwards, from a client: everything that servers do, and that it leaves as the gateway's EIP. */
export function probesFromClient(
  probes: Probes,
  { publicIp, spec }: Pick<Gateway, "publicIp" | "spec">,
): Probe[] {
  const served = servedBy(spec);
  const only = (host: string, probe: Probe): Probe => (served(host) ? probe : { ...probe, ...notServed });
  const pinged = probes.ping.filter(served);
  return [
    only(pinged[0] ?? probes.ping[0] ?? "", ping(pinged.length > 0 ? pinged : probes.ping)),
    only(hostAndPort(probes.tcp).host, tcp(probes.tcp)),
    only(new URL(probes.https).hostname, https(probes.https)),
    only(hostAndPort(probes.udp).host, udp(probes.udp)),
    dns(probes.dns),
    only(new URL(probes.large).hostname, largeTransfer(probes.large)),
    only(new URL(probes.http).hostname, seenAddress(probes.http, publicIp?.address)),
  ];
}

/** Whether a host is among the gateway's destinations. Names are the client's own to look up. */
export function servedBy({ destinations }: Pick<GatewaySpec, "destinations">): (host: string) => boolean {
  const ranges = destinations.flatMap((destination) => parseRange(destination) ?? []);
  return (host) => !isAddress(host) || ranges.some((range) => holds(range, host));
}

/** A host that is no destination of the gateway proves nothing about it. */
const notServed = { script: `echo "it is not among the gateway's destinations"; exit ${noTool}` };

/** A client is reached through a proxy, as nothing else of it is open to the outside: of a pair, through either. */
export function clientHosts({ proxies, spec }: Gateway, client: Client): HostAddress[] {
  const direct = proxies.toSorted((a, b) => Number(b.ownEip) - Number(a.ownEip));
  return direct.map(({ host }) => {
    const login = loginAt(host.destination, host);
    const otherJumps = (host.otherJumps ?? []).map((jump) => behind(jump, login));
    return {
      server: client.server.name,
      destination: client.ip,
      ...(spec.ssh.user === undefined ? {} : { user: spec.ssh.user }),
      ...byJumps([behind(host.jump, login), ...otherJumps]),
    };
  });
}

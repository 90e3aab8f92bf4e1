/** Which probes are tried from which seat. */
import type { HostAddress } from "../host/host.ts";
import type { Probes } from "../spec/spec.ts";
import type { Client, Gateway } from "../steps/gateway.ts";
import { dns } from "./dns.ts";
import { https } from "./https.ts";
import { largeTransfer } from "./large-transfer.ts";
import { ping } from "./ping.ts";
import type { Probe } from "./probe.ts";
import { seenAddress } from "./seen-address.ts";
import { tcp } from "./tcp.ts";
import { udp } from "./udp.ts";

/** Before the route moves: the proxy itself must reach the Internet, or its clients never will. */
export function probesFromProxy(probes: Probes): Probe[] {
  return [ping(probes.ping), tcp(probes.tcp), udp(probes.udp), dns(probes.dns)];
}

/** Afterwards, from a client: everything that servers do, and that it leaves as the gateway's EIP. */
export function probesFromClient(probes: Probes, publicIp: string | undefined): Probe[] {
  return [
    ping(probes.ping),
    tcp(probes.tcp),
    https(probes.https),
    udp(probes.udp),
    dns(probes.dns),
    largeTransfer(probes.large),
    seenAddress(probes.http, publicIp),
  ];
}

/** A client is reached through its proxy, as nothing else of it is open to the outside. */
export function clientHost({ proxy, spec }: Gateway, client: Client): HostAddress {
  const { destination, user, port, jump } = proxy.host;
  const login = `${user === undefined ? "" : `${user}@`}${destination}${port === undefined ? "" : `:${port}`}`;
  return {
    server: client.server.name,
    destination: client.ip,
    ...(spec.ssh.user === undefined ? {} : { user: spec.ssh.user }),
    jump: jump === undefined ? login : `${jump},${login}`,
  };
}

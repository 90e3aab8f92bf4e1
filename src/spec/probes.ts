import type { Probes, Spec } from "./spec.ts";

/**
 * Where verify sends its packets unless the spec says otherwise: well-known services that answer anybody.
 * Quad9 and Cloudflare resolvers, and services that tell the address they saw.
 */
const defaults: Probes = {
  ping: ["9.9.9.9", "1.1.1.1"],
  tcp: "1.1.1.1:443",
  http: "http://checkip.amazonaws.com/",
  https: "https://checkip.amazonaws.com/",
  udp: "9.9.9.9:53",
  dns: "www.t-systems.com",
  large: "https://speed.cloudflare.com/__down?bytes=2000000",
};

/** The spec's own word first, then what belongs to the cloud, then the defaults. */
export function chooseProbes(asked: Spec["probes"], local: Partial<Probes>): Probes {
  const echo = asked.echo ?? local.echo ?? "none";
  const slow = asked.slow ?? local.slow ?? "none";
  return {
    ping: asked.ping ?? local.ping ?? defaults.ping,
    tcp: asked.tcp ?? local.tcp ?? defaults.tcp,
    http: asked.http ?? local.http ?? defaults.http,
    https: asked.https ?? local.https ?? defaults.https,
    udp: asked.udp ?? local.udp ?? defaults.udp,
    dns: asked.dns ?? local.dns ?? defaults.dns,
    large: asked.large ?? local.large ?? defaults.large,
    // A drill burdens them for as long as it lasts, so no public host is the default.
    ...(echo === "none" ? {} : { echo }),
    ...(slow === "none" ? {} : { slow }),
  };
}

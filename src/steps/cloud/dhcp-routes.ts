/** What a subnet tells its servers by DHCP, and what is told to the proxies besides. Pure. */
import type { DhcpOption, HostRoute, Subnet } from "../../cloud/cloud.ts";
import { holds, isPrivate, parseRange } from "../../spec/addresses.ts";

const metadata = "169.254.169.254/32";

/**
 * A host route for 0.0.0.0/0 is left out by DHCP where the subnet has a gateway (neutron agent/linux/dhcp.py, tried on
 * Zed), so everything goes in two halves.
 */
export function destinationsByDhcp(destinations: readonly string[]): string[] {
  return destinations.flatMap((one) => (one === "0.0.0.0/0" ? ["0.0.0.0/1", "128.0.0.0/1"] : [one]));
}

/**
 * What stays where it was although everything else goes to the proxy: the metadata service, the other subnets behind the
 * router, and name servers with private addresses, which may be behind it too.
 */
export function besides(
  { cidr, gatewayIp, dns, dhcp }: Subnet,
  others: readonly string[],
  destinations: readonly string[],
): HostRoute[] {
  if (!destinations.includes("0.0.0.0/0")) return [];
  const own = parseRange(cidr);
  const byRouter = dhcp?.gatewayOf === "router" ? gatewayIp : undefined;
  const keeper = byRouter ?? dhcp?.metadataBy;
  const servers = dns.filter((ip) => isPrivate(ip) && !(own && holds(own, ip)));
  const kept = byRouter === undefined ? [] : [...others, ...servers.map((ip) => `${ip}/32`)];
  return [
    ...(keeper === undefined ? [] : [{ destination: metadata, nextHop: keeper }]),
    ...(byRouter === undefined ? [] : kept.map((destination) => ({ destination, nextHop: byRouter }))),
  ];
}

/** The subnet's routes without those to `destinations`, and `beside` where nobody has said otherwise. */
export function routesBeside(
  now: readonly HostRoute[],
  destinations: readonly string[],
  beside: readonly HostRoute[],
): HostRoute[] {
  const others = now.filter((one) => !destinations.includes(one.destination));
  const missing = beside.filter((one) => !others.some((other) => other.destination === one.destination));
  return [...others, ...missing];
}

/** 249 is the same for clients from before RFC 3442; Neutron's own DHCP server sends both. */
const classless = ["classless-static-route", "249"] as const;

/**
 * What a proxy's NIC is told in place of its subnet's new words, so that the proxy does not learn a way through itself: the
 * routes that it was told before. A NIC's options stand above its subnet's (Neutron API, extra_dhcp_opts).
 * @param gatewayIp undefined: no default route at all.
 */
export function ownOptions(routes: readonly HostRoute[], gatewayIp: string | undefined): DhcpOption[] {
  // What the gateway has anyway needs no words: Neutron keeps 255 characters.
  const all =
    gatewayIp === undefined
      ? routes
      : [
          ...routes.filter(({ nextHop }) => nextHop !== gatewayIp),
          { destination: "0.0.0.0/0", nextHop: gatewayIp },
        ];
  const value = all.map(({ destination, nextHop }) => `${destination},${nextHop}`).join(",");
  const told = classless
    // Neutron takes an empty value for the named one only.
    .filter((name) => value !== "" || name === "classless-static-route")
    .map((name) => ({ name, value }));
  return gatewayIp === undefined ? [{ name: "router", value: "" }, ...told] : told;
}

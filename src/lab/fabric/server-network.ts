/** What a server's own network configuration should be: the fabric gives it, the server (or its init) applies it. */
import type { LabHostRoute, LabPort, LabState, LabSubnet } from "../state.ts";
import { vpcDnsAddress } from "../state.ts";
import type { Item } from "./items.ts";
import { checkedAddress, checkedMac, checkedRange, type Nic, nicsOf } from "./links.ts";

export interface ServerNic {
  /** eth0 for the primary NIC, then eth1 ... Already there in the server's namespace. */
  readonly device: string;
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
  /** The subnet's gateway, "" for none. The default route goes through the primary NIC's. */
  readonly gateway: string;
  /** What DHCP tells besides the gateway, on OpenStack. */
  readonly routes: readonly LabHostRoute[];
  readonly dns: readonly string[];
}

/** A server's NICs, the primary one first. */
export function networkOf(state: LabState, serverId: string): ServerNic[] {
  return nicsOf(state)
    .filter((nic) => nic.server.id === serverId)
    .map(serverNic);
}

export function serverNic({ port, subnet, device }: Nic): ServerNic {
  return {
    device,
    mac: checkedMac(port.mac),
    address: checkedAddress(port.ip),
    prefix: checkedRange(subnet.cidr).prefix,
    gateway: toldGateway(port, subnet),
    routes: toldRoutes(port, subnet),
    dns: [vpcDnsAddress],
  };
}

/**
 * Routes as Neutron's DHCP service hands them out (RFC 3442): the port's own, else the subnet's. It leaves a 0.0.0.0/0 out,
 * since the subnet has a gateway (neutron agent/linux/dhcp.py).
 */
export function toldRoutes(
  { dhcpOptions }: Pick<LabPort, "dhcpOptions">,
  { hostRoutes }: Pick<LabSubnet, "hostRoutes">,
): LabHostRoute[] {
  const own = dhcpOptions.find(({ opt_name }) => opt_name === "classless-static-route");
  const told = own === undefined ? hostRoutes : pairsIn(own.opt_value);
  return told.filter(({ destination }) => destination !== "0.0.0.0/0");
}

/** The port's own word, else the subnet's. */
function toldGateway({ dhcpOptions }: LabPort, { gatewayIp }: LabSubnet): string {
  const told = dhcpOptions.find(({ opt_name }) => opt_name === "router")?.opt_value ?? gatewayIp;
  return told === "" ? "" : checkedAddress(told);
}

/** "198.51.100.0/24,10.0.0.9,203.0.113.0/24,10.0.0.9" */
function pairsIn(text: string): LabHostRoute[] {
  const words = text.split(",").filter((word) => word !== "");
  return words.flatMap((destination, index) =>
    index % 2 === 0 ? [{ destination, nexthop: words[index + 1] ?? "" }] : [],
  );
}

/** Commands of `ip` that configure a server without an init system. */
export function addressItems(nics: readonly ServerNic[]): Item[] {
  return [
    { key: "lo", add: ["link set lo up"], remove: [] },
    ...nics.map(({ device, address, prefix }) => ({
      key: `address ${device}`,
      add: [`link set ${device} up`, `address replace ${address}/${prefix} dev ${device}`],
      remove: [],
    })),
    ...defaultRoute(nics[0]),
    ...nics.flatMap(({ device, routes }) => routes.map((route) => toldRoute(device, route))),
  ];
}

function defaultRoute(nic: ServerNic | undefined): Item[] {
  if (nic === undefined || nic.gateway === "") return [];
  return [
    {
      key: "route default",
      replaces: true,
      add: [`route replace default via ${nic.gateway} dev ${nic.device}`],
      remove: ["route delete default"],
    },
  ];
}

/** A lease is renewed at once here, where a real server waits for half of it to pass. */
function toldRoute(device: string, { destination, nexthop }: LabHostRoute): Item {
  const { cidr } = checkedRange(destination);
  return {
    key: `route ${cidr} ${device}`,
    replaces: true,
    add: [`route replace ${cidr} via ${checkedAddress(nexthop)} dev ${device}`],
    remove: [`route delete ${cidr} dev ${device}`],
  };
}

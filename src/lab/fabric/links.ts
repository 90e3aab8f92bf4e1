/** State -> devices, addresses and neighbours of a VPC's router, and of the way from it to the Internet. Pure. */

import { Problem } from "../../report/problem.ts";
import { parseRange, toAddress, toNumber } from "../../spec/addresses.ts";
import type { LabPort, LabServer, LabState, LabSubnet, LabVpc } from "../state.ts";
import { internetHosts, vpcDnsAddress } from "../state.ts";
import type { Item } from "./items.ts";
import { bridgeName, internetNamespace, internetPort, type Names, nicPort } from "./names.ts";

/** Where a person at the lab's Internet sits: connections from there to an EIP come from this address. */
export const userAddress = "198.51.100.2";
/**
 * Both ends of every edge's inner link; each edge has its own namespace, so the addresses can repeat. A prefix, not
 * peers: with arp_ignore the kernel answers no ARP request for an address that was given with a peer.
 */
export const innerLink = { edge: "192.0.2.254", router: "192.0.2.253", prefix: 30 } as const;
/** The Internet's address towards the edges. */
export const internetAddress = "192.0.2.1";

/** A NIC: a port that a server of the lab has. Ports of routers and virtual IPs are none. */
export interface Nic {
  readonly port: LabPort;
  readonly subnet: LabSubnet;
  readonly server: LabServer;
  /** eth0 for a server's first NIC. */
  readonly device: string;
}

/** Every NIC, in the order of the servers' ports. */
export function nicsOf(state: LabState): Nic[] {
  const count = new Map<string, number>();
  return [...state.ports.values()].flatMap((port) => {
    const server = state.servers.get(port.serverId);
    const subnet = state.subnets.get(port.subnetId);
    if (!server || !subnet) return [];
    const index = count.get(server.id) ?? 0;
    count.set(server.id, index + 1);
    return [{ port, subnet, server, device: `eth${index}` }];
  });
}

export function edgeAddress(names: Names, vpcId: string): string {
  return `192.0.2.${names.edgeHost(vpcId)}`;
}

/** Bridges, NICs and the uplink of one VPC; `nics` are those of its subnets. */
export function routerLinks(
  vpc: LabVpc,
  subnets: readonly LabSubnet[],
  nics: readonly Nic[],
  gatewayMacs: ReadonlyMap<string, string>,
  names: Names,
  unplugged: ReadonlySet<string>,
): Item[] {
  return [
    {
      key: "lo",
      add: ["link set lo up", `address add ${vpcDnsAddress}/32 dev lo`],
      remove: [],
    },
    ...uplink(vpc, names),
    ...subnets.map((subnet) => bridge(vpc, subnet, gatewayMacs.get(subnet.id))),
    ...nics.flatMap((nic) => nicItems(nic, names, unplugged)),
  ];
}

function uplink(vpc: LabVpc, names: Names): Item[] {
  return [
    {
      key: "link uplink",
      add: [
        `link add uplink type veth peer name vpc netns ${names.edge(vpc)}`,
        "link set uplink up",
        `address add ${innerLink.router}/${innerLink.prefix} dev uplink`,
      ],
      remove: ["link delete uplink"],
    },
  ];
}

function bridge(vpc: LabVpc, subnet: LabSubnet, gatewayMac: string | undefined): Item {
  const name = bridgeName(subnet);
  const mac = checkedMac(gatewayMac ?? gatewayMacOf(subnet));
  const { prefix } = checkedRange(subnet.cidr);
  return {
    key: `link ${name}`,
    add: [
      `link add ${name} address ${mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set ${name} up`,
      // Without a router nobody answers there, whatever the gateway is.
      ...(vpc.router === "none"
        ? []
        : [`address add ${checkedAddress(subnet.gatewayIp)}/${prefix} dev ${name}`]),
    ],
    remove: [`link delete ${name}`],
  };
}

/**
 * A NIC's own address is known to the router without ARP, as in a cloud: nobody can take it over, and the neighbour
 * table, which all namespaces of a machine share, does not fill up. Only virtual IPs move by ARP.
 */
function nicItems(nic: Nic, names: Names, unplugged: ReadonlySet<string>): Item[] {
  const name = nicPort(nic.port);
  const mac = checkedMac(nic.port.mac);
  const bridgeOfNic = bridgeName(nic.subnet);
  const version = String(names.generation(nic.server.id));
  const peer = `peer name ${nic.device} address ${mac} netns ${names.server(nic.server)}`;
  return [
    {
      key: `link ${name}`,
      version,
      add: [`link add ${name} master ${bridgeOfNic} type veth ${peer}`],
      remove: [`link delete ${name}`],
    },
    {
      key: `cable ${name}`,
      version,
      replaces: true,
      add: [`link set ${name} ${unplugged.has(nic.server.id) ? "down" : "up"}`],
      remove: [],
    },
    {
      key: `neighbour ${checkedAddress(nic.port.ip)}`,
      replaces: true,
      add: [`neighbour replace ${nic.port.ip} lladdr ${mac} dev ${bridgeOfNic} nud permanent`],
      remove: [`neighbour delete ${nic.port.ip} dev ${bridgeOfNic}`],
    },
  ];
}

/** The edge's two links: inwards made by the router, outwards made here. */
export function edgeLinks(vpc: LabVpc, names: Names): Item[] {
  const address = edgeAddress(names, vpc.id);
  return [
    {
      key: "lo",
      add: ["link set lo up", "link set vpc up", `address add ${innerLink.edge}/${innerLink.prefix} dev vpc`],
      remove: [],
    },
    {
      key: "link internet",
      add: [
        `link add internet type veth peer name ${internetPort(vpc.id)} netns ${internetNamespace}`,
        "link set internet up",
        `address add ${address} peer ${internetAddress}/32 dev internet`,
      ],
      remove: ["link delete internet"],
    },
  ];
}

/** The Internet's hosts, and its end of every VPC's uplink. */
export function internetLinks(vpcs: readonly LabVpc[], names: Names): Item[] {
  const hosts = [internetAddress, userAddress, ...Object.values(internetHosts)];
  return [
    {
      key: "lo",
      add: ["link set lo up", ...hosts.map((host) => `address add ${host}/32 dev lo`)],
      remove: [],
    },
    ...vpcs.map((vpc) => ({
      key: `link ${internetPort(vpc.id)}`,
      add: [
        `link set ${internetPort(vpc.id)} up`,
        `route replace ${edgeAddress(names, vpc.id)}/32 dev ${internetPort(vpc.id)} src ${internetAddress}`,
      ],
      remove: [`link delete ${internetPort(vpc.id)}`],
    })),
  ];
}

/** Locally administered, from the subnet's id: the same at every start. */
function gatewayMacOf(subnet: LabSubnet): string {
  const hex = `${subnet.id.replaceAll(/[^0-9a-f]/g, "")}0000000000`.slice(0, 10);
  return `02:${(hex.match(/../g) ?? []).join(":")}`;
}

export function checkedAddress(text: string): string {
  try {
    return toAddress(toNumber(text));
  } catch (cause) {
    throw malformed("IPv4 address", text, cause);
  }
}

export function checkedRange(text: string): { readonly cidr: string; readonly prefix: number } {
  const range = parseRange(text.includes("/") ? text : `${text}/32`);
  if (!range) throw malformed("IPv4 range", text);
  return range;
}

export function checkedMac(text: string): string {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) throw malformed("MAC address", text);
  return text.toLowerCase();
}

/** Everything that reaches a command line of the fabric passes here or through a parser: no text of a user does. */
function malformed(what: string, text: string, cause?: unknown): Problem {
  return new Problem({
    code: "lab/fabric-state",
    summary: `The lab's state holds a malformed ${what}.`,
    detail: JSON.stringify(text),
    hint: "This is a fault of the lab's API, which should have refused it.",
    cause,
  });
}

/** Gateways of one proxy and of pairs, for tests of what is made from them. */
import type { Facts, Gateway, Pair, ProxyServer, VirtualIp } from "../gateway.ts";

/** ecs-1 is 192.168.125.11, and so on. */
export function proxyOf(number: number, ownEip = true): ProxyServer {
  const name = `ecs-${number}`;
  const ip = `192.168.125.1${number}`;
  const nic = {
    id: `nic-${number}`,
    name: "",
    serverId: `server-${number}`,
    subnetId: "net-app",
    ip,
    mac: `fa:16:3e:00:00:0${number}`,
    owner: "compute:eu-de-01",
    securityGroupIds: [],
    addressPairs: [],
  };
  const server = {
    id: nic.serverId,
    name,
    status: "ACTIVE",
    vpcId: "vpc-1",
    addresses: [],
    securityGroupIds: [],
  };
  const host = { server: name, serverId: server.id, destination: `203.0.113.1${number}` };
  return { server, nic, outside: nic, nics: [nic], ownEip, host };
}

const table = {
  id: "rtb-1",
  name: "rtb-demo",
  vpcId: "vpc-1",
  isDefault: true,
  routes: [],
  subnetIds: ["net-app"],
};
const subnet = {
  id: "net-app",
  name: "subnet-app",
  vpcId: "vpc-1",
  cidr: "192.168.125.0/24",
  gatewayIp: "192.168.125.1",
  dns: [],
};

export function gatewayOf(proxies: Gateway["proxies"], more: Partial<Gateway> = {}): Gateway {
  return {
    spec: {
      name: "egress",
      vpc: "vpc-demo",
      proxies: proxies.map(({ server }) => server.name),
      subnets: ["subnet-app"],
      destinations: ["0.0.0.0/0"],
      publicIp: "keep",
      routeTable: "shared",
      securityGroup: "own",
      ownServices: "keep",
      recipe: "auto",
      sourceDestinationCheck: "address-pairs",
      ssh: { address: "public" },
    },
    name: "egress",
    vpc: { id: "vpc-1", name: "vpc-demo", cidrs: ["192.168.0.0/16"], sharedSnat: false },
    proxies,
    leaving: [],
    eipOnItsWay: false,
    subnets: [{ subnet, table }],
    clients: [],
    others: [],
    securityGroups: [],
    groupMembers: new Map(),
    ...more,
  };
}

/** The two virtual IPs, bound to these proxies; not there yet where there are none. */
export function pairOf(members: readonly ProxyServer[]): Pair {
  const boundTo = members.map(({ nic }) => nic.ip);
  const made = (use: string): Pick<VirtualIp, "nicId"> => (members.length > 0 ? { nicId: `vip-${use}` } : {});
  const home = { subnetId: subnet.id, subnetName: subnet.name };
  return {
    inner: { ...home, name: "wayout-egress-inner", ip: "192.168.125.251", boundTo, ...made("inner") },
    outer: { ...home, name: "wayout-egress-outer", ip: "192.168.125.250", boundTo, ...made("outer") },
  };
}

/** A cloud that can all that is asked for. */
export const facts: Facts = {
  name: "still",
  anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]],
  portSecurityOff: false,
  routes: "tables",
  dhcp: false,
  vipNextHop: true,
  eipBeforeRoute: true,
};

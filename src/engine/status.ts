/** How the gateways stand, from the cloud and the journal; of hosts, only those of a pair are asked. Pure. */
import type { MemberReport } from "../host/pair/report.ts";
import { areSigned, type PairState } from "../host/pair/state.ts";
import { destinationsByDhcp } from "../steps/cloud/dhcp-routes.ts";
import { type Pair, type ProxyServer, routeTo, type ServedSubnet } from "../steps/gateway.ts";
import type { Recipe } from "../steps/recipe.ts";
import { otherFilesOf } from "./gateway-files.ts";
import type { EntryRecord, JournalReader, RunRecord } from "./journal/journal.ts";
import type { Work } from "./observe.ts";
import { isSetUp } from "./set-up-pair.ts";

export interface ProxyStatus {
  readonly server: string;
  readonly privateIp: string;
  readonly publicIp: string | null;
  readonly state: string;
}

export interface PairStatus {
  /** Its virtual IPs are there; else the addresses are those that they would get. */
  readonly setUp: boolean;
  readonly inner: string;
  readonly outer: string;
  readonly publicIp: string | null;
  /** The proxy with the active role; null where there is none, or two. */
  readonly active: string | null;
  readonly activeSince: string | null;
  readonly standby: string | null;
  /** Both take signed adverts alone; null where that is not known. */
  readonly signed: boolean | null;
  /** The standby could take over with every open connection; `reason` says why not. */
  readonly inSync: boolean;
  readonly reason: string;
  readonly members: readonly {
    readonly server: string;
    readonly role: "active" | "standby" | null;
    readonly since: string | null;
    /** Connections that its own kernel has, and those that it knows of the other one. */
    readonly connections: number | null;
    readonly known: number | null;
    readonly lagSeconds: number | null;
    readonly lastCommit: "ok" | "failed" | "none";
    /** Adverts and sync are taken from the other proxy alone; null where the host cannot be asked. */
    readonly guarded: boolean | null;
    /** What came from elsewhere, and what of the other one was not used; null where the host cannot be asked. */
    readonly messages: MemberReport["messages"] | null;
    /** Connections that the other one told of and that are not the gateway's. */
    readonly foreign: MemberReport["foreign"] | null;
  }[];
}

export interface GatewayStatus {
  readonly name: string;
  readonly vpc: string;
  /** The first of `proxies`. */
  readonly proxy: ProxyStatus;
  readonly proxies: readonly ProxyStatus[];
  /** Why there is no EIP to keep; null where there is one, or one will be allocated. */
  readonly missingEip: string | null;
  /** What a pair shares and how it stands; null with one proxy. */
  readonly pair: PairStatus | null;
  readonly subnets: readonly {
    readonly name: string;
    readonly cidr: string;
    readonly routeTable: string;
    /** Where the first destination goes, for people. */
    readonly route: string;
  }[];
  readonly clients: readonly {
    readonly server: string;
    readonly privateIp: string;
    readonly publicIp: string | null;
    readonly state: string;
  }[];
  /** Changes of the journal that are not taken back. */
  readonly standing: number;
  /** Of these, changes whose record is not sure to be as Wayout wrote it: `wayout runs RUN` names them. */
  readonly doubtful: number;
  /** The other file by which they were made; null where it is this one. */
  readonly otherFile: string | null;
  readonly lastRun: RunRecord | null;
}

export function statusOf(
  { gateway, recipe }: Work,
  journal: JournalReader,
  state: PairState | undefined,
): GatewayStatus {
  const { name, vpc, proxies, pair, publicIp, missingEip, subnets, clients, spec } = gateway;
  const status = ({ server, nic, publicIp: eip }: ProxyServer): ProxyStatus => ({
    server: server.name,
    privateIp: nic.ip,
    publicIp: eip?.address ?? null,
    state: server.status,
  });
  const targetName = new Map([
    ...clients.map(({ server }): [string, string] => [server.id, server.name]),
    ...proxies.map(({ server }): [string, string] => [server.id, server.name]),
    ...proxies.flatMap(({ server, nics }) => nics.map((nic): [string, string] => [nic.ip, server.name])),
    ...(pair ? [[pair.inner.ip, "the pair"] as const] : []),
  ]);
  const standing = journal.standing();
  return {
    name,
    vpc: vpc.name,
    proxy: status(proxies[0]),
    proxies: proxies.map(status),
    missingEip: missingEip?.summary ?? null,
    pair: pair && state ? pairStatus(pair, publicIp?.address ?? null, state) : null,
    subnets: subnets.map(({ subnet, table }) => ({
      name: subnet.name,
      cidr: subnet.cidr,
      routeTable: table?.name ?? "none",
      route: wayText(spec.destinations[0] ?? "", recipe, { subnet, ...(table ? { table } : {}) }, (nextHop) =>
        targetName.get(nextHop),
      ),
    })),
    clients: clients.map(({ server, ip, publicIp }) => ({
      server: server.name,
      privateIp: ip,
      publicIp: publicIp ?? null,
      state: server.status,
    })),
    standing: stepsIn(standing.filter((entry) => entry.gateway === name)),
    doubtful: stepsIn(standing.filter(({ gateway, doubt }) => gateway === name && doubt !== undefined)),
    otherFile: otherFilesOf(standing, journal).get(name) ?? null,
    lastRun: journal.runs().findLast((run) => run.gateways.includes(name)) ?? null,
  };
}

function stepsIn(entries: readonly EntryRecord[]): number {
  return new Set(entries.map(({ stepId }) => stepId)).size;
}

/** Where the subnet's servers send what is for the destination, by the way that the gateway has. */
function wayText(
  destination: string,
  recipe: Recipe,
  { subnet, table }: ServedSubnet,
  nameOf: (nextHop: string) => string | undefined,
): string {
  if (recipe.kind === "nothing") return "the router translates by itself";
  if (recipe.kind === "subnet-gateway") {
    return subnet.gatewayIp === ""
      ? "no gateway"
      : `gateway ${nameOf(subnet.gatewayIp) ?? subnet.gatewayIp}, by DHCP`;
  }
  if (recipe.kind === "host-routes") {
    const [first] = destinationsByDhcp([destination]);
    const told = subnet.dhcp?.hostRoutes.find((one) => one.destination === first);
    return told
      ? `${destination} to ${nameOf(told.nextHop) ?? told.nextHop}, by DHCP`
      : `no host route to ${destination}`;
  }
  const route = table && routeTo(table, destination);
  return route
    ? `${destination} to ${nameOf(route.nextHop) ?? `${route.type} ${route.nextHop}`}`
    : `no route to ${destination}`;
}

function pairStatus({ inner, outer }: Pair, publicIp: string | null, state: PairState): PairStatus {
  const { active, activeSince, standby, notReady, members } = state;
  const since = (sinceMs: number | null | undefined) =>
    sinceMs === null || sinceMs === undefined ? null : new Date(sinceMs).toISOString();
  return {
    setUp: isSetUp({ inner, outer }),
    inner: inner.ip,
    outer: outer.ip,
    publicIp,
    active,
    activeSince: activeSince?.toISOString() ?? null,
    standby,
    signed: areSigned(members),
    inSync: notReady === "",
    reason: notReady,
    members: members.map(({ server, report }) => ({
      server,
      role: report?.role ?? null,
      since: since(report?.sinceMs),
      connections: report?.own?.count ?? null,
      known: report?.known?.count ?? null,
      lagSeconds: report?.lagSeconds ?? null,
      lastCommit: report?.commit ?? "none",
      guarded: report?.guarded ?? null,
      messages: report?.messages ?? null,
      foreign: report?.foreign ?? null,
    })),
  };
}

/** How the gateways stand, from the cloud and the journal; no host is asked. Pure. */
import { routeTo } from "../steps/gateway.ts";
import type { JournalReader, RunRecord } from "./journal/journal.ts";
import type { Work } from "./observe.ts";

export interface GatewayStatus {
  readonly name: string;
  readonly vpc: string;
  readonly proxy: {
    readonly server: string;
    readonly privateIp: string;
    readonly publicIp: string | null;
    readonly state: string;
  };
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
  readonly lastRun: RunRecord | null;
}

export function statusOf({ gateway }: Work, journal: JournalReader): GatewayStatus {
  const { name, vpc, proxy, subnets, clients, spec } = gateway;
  return {
    name,
    vpc: vpc.name,
    proxy: {
      server: proxy.server.name,
      privateIp: proxy.nic.ip,
      publicIp: proxy.publicIp?.address ?? null,
      state: proxy.server.status,
    },
    subnets: subnets.map(({ subnet, table }) => {
      const destination = spec.destinations[0] ?? "";
      const route = routeTo(table, destination);
      const target =
        route?.nextHop === proxy.server.id ? proxy.server.name : `${route?.type} ${route?.nextHop}`;
      return {
        name: subnet.name,
        cidr: subnet.cidr,
        routeTable: table.name,
        route: route ? `${destination} to ${target}` : `no route to ${destination}`,
      };
    }),
    clients: clients.map(({ server, ip, publicIp }) => ({
      server: server.name,
      privateIp: ip,
      publicIp: publicIp ?? null,
      state: server.status,
    })),
    standing: new Set(
      journal
        .standing()
        .filter((entry) => entry.gateway === name)
        .map((entry) => entry.stepId),
    ).size,
    lastRun: journal.runs().findLast((run) => run.gateways.includes(name)) ?? null,
  };
}

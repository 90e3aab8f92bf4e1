/** Proves the way out from the client's seat. */
import { clientHosts, probesFromClient, probesFromProxy } from "../checks/for-gateway.ts";
import { readPair } from "../checks/pair.ts";
import { tryFrom } from "../checks/seat.ts";
import type { CheckResult, Report } from "../report/events.ts";
import type { Probes } from "../spec/spec.ts";
import type { Client, Gateway } from "../steps/gateway.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";
import type { Context } from "./context.ts";

export interface Verified {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  /** What could not be proven, and why. */
  readonly unproven: readonly string[];
}

/** How many clients of each subnet are tried, so that a large subnet does not take minutes. */
const clientsPerSubnet = 2;

export async function verify(
  gateways: readonly Gateway[],
  world: ReadOnlyWorld,
  context: Pick<Context, "report"> & { readonly probes: Probes; readonly only?: readonly string[] },
): Promise<Verified> {
  const each = await Promise.all(gateways.map((gateway) => verifyGateway(gateway, world, context)));
  const checks = each.flatMap((one) => one.checks);
  const unproven = each.flatMap((one) => one.unproven);
  return {
    ok: checks.every((check) => check.ok !== false) && checks.some((check) => check.ok),
    checks,
    unproven,
  };
}

async function verifyGateway(
  gateway: Gateway,
  world: ReadOnlyWorld,
  { report, probes, only }: Parameters<typeof verify>[2],
): Promise<{ checks: CheckResult[]; unproven: string[] }> {
  const clients = chosenClients(gateway, only);
  const seats = [
    ...gateway.proxies.map(({ server, host }) => ({
      name: server.name,
      ways: [host],
      probes: probesFromProxy(probes),
    })),
    ...clients.map((client) => ({
      name: client.server.name,
      ways: clientHosts(gateway, client),
      probes: probesFromClient(probes, gateway),
    })),
  ];
  const tried = await Promise.all(
    seats.map(async (seat) => {
      const results = await tryFrom(world, seat.ways, seat.probes);
      return results.map(({ name, to, ok, evidence }): CheckResult => {
        const result = { check: name, gateway: gateway.name, from: seat.name, to, ok, evidence };
        report({ kind: "check-finished", result });
        return result;
      });
    }),
  );
  const checks = [...(gateway.pair ? await checkPair(gateway, world, report) : []), ...tried.flat()];
  const names = gateway.proxies.map(({ server }) => server.name).join(" and ");
  const silent = clients.filter(
    (client) => !checks.some((one) => one.from === client.server.name && one.ok !== null),
  );
  const unproven = [
    ...silent.map(
      (client) =>
        `${client.server.name} cannot be logged in to, so nothing was proven from its seat; proven is that ${names} reaches the Internet and that the steps read back as right`,
    ),
    ...(clients.length === 0
      ? [
          `${gateway.name} has no running client without an EIP: proven is only that the proxy reaches the Internet`,
        ]
      : []),
  ];
  return { checks, unproven };
}

/** Exactly one is active, and the other one could take over with every open connection. */
async function checkPair(gateway: Gateway, world: ReadOnlyWorld, report: Report): Promise<CheckResult[]> {
  const { active, split, standby, notReady } = await readPair(gateway, world);
  const from = gateway.name;
  const results: CheckResult[] = [
    {
      check: "one-active",
      gateway: gateway.name,
      from,
      to: active ?? "nobody",
      ok: split === "",
      evidence: split === "" ? `${active} is active` : split,
    },
    {
      check: "standby-in-sync",
      gateway: gateway.name,
      from,
      to: standby ?? "nobody",
      ok: notReady === "",
      evidence: notReady === "" ? `${standby} knows the connections of ${active}` : notReady,
    },
  ];
  for (const result of results) report({ kind: "check-finished", result });
  return results;
}

function chosenClients({ clients }: Gateway, only: readonly string[] | undefined): Client[] {
  const able = clients.filter((client) => client.publicIp === undefined && client.server.status === "ACTIVE");
  if (only && only.length > 0) return able.filter((client) => only.includes(client.server.name));
  return [...Map.groupBy(able, (client) => client.subnet.id).values()].flatMap((some) =>
    some.slice(0, clientsPerSubnet),
  );
}

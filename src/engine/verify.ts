/** Proves the way out from the client's seat. */
import { clientHosts, probesFromClient, probesFromProxy } from "../checks/for-gateway.ts";
import { awaitPair, isWhole } from "../checks/pair.ts";
import { tryFrom } from "../checks/seat.ts";
import type { CheckResult, Report } from "../report/events.ts";
import type { Probes } from "../spec/spec.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";
import { type Chosen, chooseClients } from "./chosen-clients.ts";
import type { Context } from "./context.ts";
import type { Work } from "./observe.ts";
import { withStandby } from "./standby.ts";

export interface Verified {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  /** What could not be proven, and why. */
  readonly unproven: readonly string[];
}

export async function verify(
  works: readonly Work[],
  world: ReadOnlyWorld,
  context: Pick<Context, "report"> & {
    readonly probes: Probes;
    readonly only?: readonly string[];
    /** How long a pair that is not whole is waited for; milliseconds. By default it is told at once. */
    readonly pairWithinMs?: number;
  },
): Promise<Verified> {
  const chosen = chooseClients(works, context.only);
  const each = await Promise.all(chosen.map((one) => verifyGateway(one, world, context)));
  const checks = each.flatMap((one) => one.checks);
  const unproven = each.flatMap((one) => one.unproven);
  return {
    ok: checks.every((check) => check.ok !== false) && checks.some((check) => check.ok),
    checks,
    unproven,
  };
}

/** All that is not said from a client's seat holds: the proxies reach the Internet, and a pair is whole. Pure. */
export function provenButForClients(
  { checks }: Pick<Verified, "checks">,
  gateways: readonly Pick<Gateway, "name" | "proxies">[],
): boolean {
  const seats = gateways.flatMap(({ name, proxies }) => [name, ...proxies.map(({ server }) => server.name)]);
  const own = checks.filter(({ from }) => seats.includes(from));
  return own.every(({ ok }) => ok !== false) && own.some(({ ok }) => ok);
}

/** What is proven all the same where a client cannot be asked: which proxies reach the Internet. Pure. */
export function silentText(
  client: string,
  proxies: readonly string[],
  checks: readonly Pick<CheckResult, "from" | "ok">[],
): string {
  const reaching = proxies.filter((proxy) => {
    const own = checks.filter(({ from }) => from === proxy);
    return own.some(({ ok }) => ok) && own.every(({ ok }) => ok !== false);
  });
  const said = `${client} cannot be logged in to, so nothing was proven from its seat`;
  if (reaching.length === 0) return said;
  return `${said}; proven is that ${reaching.join(" and ")} ${reaching.length === 1 ? "reaches" : "reach"} the Internet`;
}

async function verifyGateway(
  { work, clients, unproven: notTried }: Chosen<Work>,
  world: ReadOnlyWorld,
  { report, probes, pairWithinMs = 0 }: Parameters<typeof verify>[2],
): Promise<{ checks: CheckResult[]; unproven: string[] }> {
  const { gateway } = work;
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
  const checks = [
    ...(gateway.pair ? await checkPair(work, world, report, pairWithinMs) : []),
    ...tried.flat(),
  ];
  const proxies = gateway.proxies.map(({ server }) => server.name);
  const silent = clients.filter(
    (client) => !checks.some((one) => one.from === client.server.name && one.ok !== null),
  );
  const unproven = [...silent.map(({ server }) => silentText(server.name, proxies, checks)), ...notTried];
  return { checks, unproven };
}

/** Exactly one is active, and the other one could take over with every open connection. */
async function checkPair(
  work: Work,
  world: ReadOnlyWorld,
  report: Report,
  withinMs: number,
): Promise<CheckResult[]> {
  const { gateway } = work;
  const state = await withStandby(await awaitPair(gateway, world, isWhole, withinMs), work, world);
  const { active, activeSince, split, standby, notReady } = state;
  const from = gateway.name;
  const results: CheckResult[] = [
    {
      check: "one-active",
      gateway: gateway.name,
      from,
      to: active ?? "nobody",
      ok: split === "",
      evidence:
        split === "" ? `${active} is active, since ${activeSince?.toISOString() ?? "it began"}` : split,
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

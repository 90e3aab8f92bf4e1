import { Command } from "commander";
import { readPair } from "../checks/pair.ts";
import { look } from "../engine/observe.ts";
import { type GatewayStatus, type PairStatus, statusOf } from "../engine/status.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson } from "./output.ts";
import { withSession } from "./session.ts";

export function statusCommand(): Command {
  return withGatewayOptions(
    new Command("status").description("gateways, proxies, clients, and what of it stands"),
  ).action(async (options: GatewayOptions) => {
    await withSession(options, async ({ file, world, journal, context }) => {
      const works = await look(file, world.cloud, journal, context.probes, { evenWithoutEip: true });
      const gateways = await Promise.all(
        works.map(async (work) =>
          statusOf(work, journal, work.gateway.pair && (await readPair(work.gateway, world))),
        ),
      );
      if (options.json) answerJson({ gateways });
      else answer(gateways.map(statusText).join("\n"));
    });
  });
}

function statusText({
  name,
  vpc,
  proxies,
  missingEip,
  pair,
  subnets,
  clients,
  standing,
  lastRun,
}: GatewayStatus): string {
  const withEip = clients.filter((client) => client.publicIp !== null).length;
  return [
    `gateway ${name} in ${vpc}`,
    ...proxies.map(
      (proxy) =>
        `  proxy    ${proxy.server} ${proxy.privateIp}, EIP ${proxy.publicIp ?? "none"}, ${proxy.state}`,
    ),
    ...(missingEip === null ? [] : [`  EIP      missing: ${missingEip}`]),
    ...(pair ? pairText(pair) : []),
    ...subnets.map(
      (subnet) =>
        `  subnet   ${subnet.name} ${subnet.cidr}, route table ${subnet.routeTable}: ${subnet.route}`,
    ),
    `  clients  ${clients.length - withEip} without an EIP${withEip > 0 ? `, ${withEip} with one of their own` : ""}`,
    `  journal  ${standing} changes stand${lastRun === null ? "" : `; last run ${lastRun.id} ${lastRun.operation} ${lastRun.outcome}, ${lastRun.startedAt}`}`,
  ].join("\n");
}

function pairText({
  setUp,
  inner,
  outer,
  publicIp,
  active,
  activeSince,
  standby,
  inSync,
  reason,
  members,
}: PairStatus): string[] {
  if (!setUp) return ["  pair     not set up yet; `wayout apply` does it"];
  const of = (server: string | null) => members.find((member) => member.server === server);
  return [
    `  pair     ${inner} for the route, ${outer} with EIP ${publicIp ?? "none"}`,
    active === null
      ? `  active   nobody: ${reason}`
      : `  active   ${active} since ${activeSince ?? "an unknown time"}, ${of(active)?.connections ?? "?"} connections${of(active)?.lastCommit === "failed" ? "; it could NOT take over those of the other one" : ""}`,
    ...(active === null || standby === null
      ? []
      : [
          inSync
            ? `  standby  ${standby}, in sync: it knows ${of(standby)?.known ?? "?"} connections, heard ${of(standby)?.lagSeconds ?? "?"} s ago`
            : `  standby  ${standby}, NOT READY: ${reason}`,
        ]),
  ];
}

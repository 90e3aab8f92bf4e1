import { Command } from "commander";
import type { RunRecord } from "../engine/journal/journal.ts";
import { look } from "../engine/observe.ts";
import { snapshot } from "../engine/snapshot.ts";
import { readStanding } from "../engine/standby.ts";
import { type GatewayStatus, type PairStatus, statusOf } from "../engine/status.ts";
import { type CommandOption, command } from "../report/command.ts";
import { count } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";
import { type GatewayOptions, sameFile, withGatewayOptions } from "./options.ts";
import { answerJson, answerText } from "./output.ts";
import { withReadingSession } from "./session.ts";

export function statusCommand(): Command {
  return withGatewayOptions(
    new Command("status").description("gateways, proxies, clients, and what of it stands"),
  ).action(async (options: GatewayOptions) => {
    await withReadingSession(options, async ({ file, world, journal, context }) => {
      const now = { ...world, cloud: snapshot(world.cloud) };
      const works = await look(file, now.cloud, journal, context.probes, { evenWithoutEip: true });
      const gateways = await Promise.all(
        works.map(async (work) =>
          statusOf(work, journal, work.gateway.pair && (await readStanding(work, now))),
        ),
      );
      if (options.json) answerJson({ gateways });
      else answerText(gateways.map((one) => statusText(one, sameFile(options))).join("\n"));
    });
  });
}

/** @param named the options that name the same file and lab again. */
export function statusText(
  {
    name,
    vpc,
    proxies,
    missingEip,
    pair,
    subnets,
    clients,
    standing,
    doubtful,
    otherFile,
    lastRun,
  }: GatewayStatus,
  named: readonly CommandOption[],
): string {
  const withEip = clients.filter((client) => client.publicIp !== null).length;
  return linesOf([
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
    `  journal  ${standing} changes stand${doubtful === 0 ? "" : `, ${doubtful} of them by records that are not sure to be as Wayout wrote them`}${otherFile === null ? "" : `, of ${otherFile}`}${lastRun === null ? "" : `; last run ${lastRun.id} ${lastRun.operation} ${lastRun.outcome}, ${lastRun.startedAt}`}`,
    ...(lastRun === null ? [] : unfinishedText(lastRun, named)),
  ]);
}

/** How to go on where a run did not come to its end. */
function unfinishedText({ id, operation, outcome }: RunRecord, named: readonly CommandOption[]): string[] {
  if (outcome !== "died" && outcome !== "stopped") return [];
  const goOn = `\`${command(`wayout ${operation}`, { options: named })}\` goes on`;
  const undo = command("wayout undo", { options: named, operands: [id] });
  const back = operation === "apply" ? `, \`${undo}\` takes it back` : "";
  return [`  next     run ${id} did not come to its end: ${goOn}${back}`];
}

function pairText({
  setUp,
  inner,
  outer,
  publicIp,
  active,
  activeSince,
  standby,
  signed,
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
    `  adverts  ${signed === null ? "it is not known whether they are signed" : signed ? "signed" : "not signed; `wayout plan` says why"}`,
    ...members.flatMap(distrustText),
  ];
}

/** What a member refused or could not use; nothing where all was well. */
function distrustText({ server, messages, foreign }: PairStatus["members"][number]): string[] {
  if (!messages || !foreign) return [];
  const { refusedAdverts, refusedSync, refusedConnections, lost, late, malformed } = messages;
  const elsewhere = [
    ...(refusedAdverts > 0 ? [count(refusedAdverts, "advert")] : []),
    ...(refusedSync > 0 ? [count(refusedSync, "sync message")] : []),
  ].join(" and ");
  const unused = [`${lost} lost`, `${late} late`, `${malformed} malformed`].filter(
    (text) => !text.startsWith("0 "),
  );
  return [
    ...(elsewhere === "" ? [] : [`  refused  ${server}: ${elsewhere} not from the other proxy`]),
    ...(unused.length === 0 ? [] : [`  sync     ${server}: messages ${unused.join(", ")}`]),
    ...(refusedConnections === 0
      ? []
      : [
          `  refused  ${server}: ${count(refusedConnections, "connection")} of the other proxy, not this gateway's`,
        ]),
    ...(foreign.count === 0
      ? []
      : [
          `  foreign  ${server}: the other proxy reports ${count(foreign.count, "connection")} that will not be taken over: ${foreign.example}`,
        ]),
  ];
}

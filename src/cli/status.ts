import { Command } from "commander";
import { look } from "../engine/observe.ts";
import { type GatewayStatus, statusOf } from "../engine/status.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson } from "./output.ts";
import { withSession } from "./session.ts";

export function statusCommand(): Command {
  return withGatewayOptions(
    new Command("status").description("gateways, proxies, clients, and what of it stands"),
  ).action(async (options: GatewayOptions) => {
    await withSession(options, async ({ file, world, journal }) => {
      const works = await look(file, world.cloud);
      const gateways = works.map((work) => statusOf(work, journal));
      if (options.json) answerJson({ gateways });
      else answer(gateways.map(statusText).join("\n"));
    });
  });
}

function statusText({ name, vpc, proxy, subnets, clients, standing, lastRun }: GatewayStatus): string {
  const withEip = clients.filter((client) => client.publicIp !== null).length;
  return [
    `gateway ${name} in ${vpc}`,
    `  proxy    ${proxy.server} ${proxy.privateIp}, EIP ${proxy.publicIp ?? "none"}, ${proxy.state}`,
    ...subnets.map(
      (subnet) =>
        `  subnet   ${subnet.name} ${subnet.cidr}, route table ${subnet.routeTable}: ${subnet.route}`,
    ),
    `  clients  ${clients.length - withEip} without an EIP${withEip > 0 ? `, ${withEip} with one of their own` : ""}`,
    `  journal  ${standing} changes stand${lastRun === null ? "" : `; last run ${lastRun.id} ${lastRun.operation} ${lastRun.outcome}, ${lastRun.startedAt}`}`,
  ].join("\n");
}

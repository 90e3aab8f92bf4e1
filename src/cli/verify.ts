import { Command } from "commander";
import { look } from "../engine/observe.ts";
import { type Verified, verify } from "../engine/verify.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson } from "./output.ts";
import { withSession } from "./session.ts";

export function verifyCommand(): Command {
  return withGatewayOptions(
    new Command("verify")
      .description("prove the way out from the client's seat")
      .argument("[client...]", "only these servers; by default two of each served subnet"),
  ).action(async (clients: string[], options: GatewayOptions) => {
    await withSession(options, async ({ file, world, context }) => {
      const gateways = (await look(file, world.cloud, context.probes)).map(({ gateway }) => gateway);
      const known = gateways.flatMap((gateway) => gateway.clients.map((client) => client.server.name));
      const unknown = clients.find((client) => !known.includes(client));
      if (unknown !== undefined) {
        const summary = `no server ${unknown} in a served subnet; ${suggestion(unknown, known, "client")}`;
        throw new Problem({ code: "verify/unknown-client", summary });
      }
      const verified = await verify(gateways, world, { ...context, only: clients });
      if (options.json) answerJson(verified);
      else answer(verifiedText(verified));
      process.exitCode = verified.ok ? 0 : 1;
    });
  });
}

/** One line for each seat, and what stays unproven. */
export function verifiedText({ ok, checks, unproven }: Verified): string {
  const seats = Map.groupBy(checks, (check) => check.from);
  const lines = [...seats].flatMap(([from, all]) => {
    const failed = all.filter((check) => check.ok === false).map((check) => check.check);
    const tried = all.filter((check) => check.ok !== null);
    if (tried.length === 0) return [];
    const seen = all.find((check) => check.check === "seen-address" && check.ok);
    const address = seen ? `, seen outside as ${/\d+(\.\d+){3}/.exec(seen.evidence)?.[0]}` : "";
    if (failed.length > 0) return [`  ${from}: ${failed.join(", ")} FAILED of ${tried.length} checks`];
    return [`  ${from}: ${tried.map((check) => check.check).join(", ")}${address}`];
  });
  return [
    `verify: ${ok ? "ok" : "FAILED"}`,
    ...lines,
    ...unproven.map((text) => `  not proven: ${text}`),
  ].join("\n");
}

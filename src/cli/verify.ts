import { Command } from "commander";
import { look } from "../engine/observe.ts";
import { type Verified, verify } from "../engine/verify.ts";
import { command } from "../report/command.ts";
import { Problem } from "../report/problem.ts";
import { linesOf, oneLine } from "../report/visible.ts";
import { suggestion } from "../spec/nearest.ts";
import { type GatewayOptions, sameFile, withGatewayOptions } from "./options.ts";
import { answer, answerJson, answerText, note } from "./output.ts";
import { withReadingSession } from "./session.ts";

export function verifyCommand(): Command {
  return withGatewayOptions(
    new Command("verify")
      .description("prove the way out from the client's seat")
      .argument("[client...]", "only these servers; by default two of each served subnet"),
  ).action(async (asked: string[], options: GatewayOptions) => {
    // As the names of the cloud come in.
    const clients = asked.map(oneLine);
    await withReadingSession(options, async ({ file, world, journal, context }) => {
      const works = await look(file, world.cloud, journal, context.probes);
      const needed = works.filter(({ recipe }) => recipe.kind !== "nothing");
      // Nothing of Wayout is in their way out, so there is nothing of it to prove.
      for (const { gateway, recipe } of works) {
        if (recipe.kind === "nothing")
          context.report({ kind: "note", text: `${gateway.name}: ${recipe.because}` });
      }
      const known = needed.flatMap(({ gateway }) => gateway.clients.map(({ server }) => server.name));
      const unknown = clients.find((client) => !known.includes(client));
      if (unknown !== undefined) {
        const summary = `no server ${unknown} in a served subnet; ${suggestion(unknown, known, "client")}`;
        throw new Problem({ code: "verify/unknown-client", summary });
      }
      if (needed.length === 0) {
        if (options.json) answerJson({ ok: true, checks: [], unproven: [] });
        else answer("verify: nothing to prove");
        return;
      }
      const verified = await verify(needed, world, { ...context, only: clients });
      if (options.json) answerJson(verified);
      else {
        answerText(verifiedText(verified));
        const plan = command("wayout plan", { options: sameFile(options) });
        if (!verified.ok) note(`\`${plan}\` looks for what is not as the spec asks`);
      }
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
  return linesOf([
    `verify: ${ok ? "ok" : "FAILED"}`,
    ...lines,
    ...unproven.map((text) => `  not proven: ${text}`),
  ]);
}

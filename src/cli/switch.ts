import { Command } from "commander";
import { switchActive } from "../engine/switch.ts";
import { chosenWork } from "./chosen-work.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson, note } from "./output.ts";
import { withSession } from "./session.ts";

export function switchCommand(): Command {
  return withGatewayOptions(
    new Command("switch")
      .description("hand the active role of a pair to the other proxy, with every open connection")
      .argument("[gateway]", "which gateway; needed where the spec has several")
      .option("--force", "also where the standby is not ready"),
  ).action(async (name: string | undefined, options: GatewayOptions & { force?: boolean }) => {
    await withSession(options, async (session) => {
      const work = await chosenWork(session, name);
      const { from, to, state } = await switchActive(work, session.world, {
        force: options.force ?? false,
        signal: session.context.signal,
      });
      const whole = state.notReady === "";
      if (options.json) answerJson({ gateway: work.gateway.name, from, to, whole, reason: state.notReady });
      else {
        answer(`${to} is active now, in place of ${from}`);
        if (!whole) note(`${from} does not follow it yet: ${state.notReady}`);
      }
    });
  });
}

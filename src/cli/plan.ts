import { Command } from "commander";
import { plan } from "../engine/converge.ts";
import { planText } from "../report/human.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answerJson, answerText } from "./output.ts";
import { withReadingSession } from "./session.ts";

export function planCommand(): Command {
  return withGatewayOptions(
    new Command("plan")
      .description("what would change, why, and what a client could notice; changes nothing")
      .option("--adopt", "plan to take over what someone set up by hand")
      .addHelpText("after", "\nExit: 0 nothing to change, 2 changes, 1 blocked or error."),
  ).action(async (options: GatewayOptions & { adopt?: boolean }) => {
    await withReadingSession(options, async ({ file, world, journal, context }) => {
      const made = await plan(file, world, journal, context);
      if (options.json) answerJson(made);
      else answerText(planText(made));
      const { changes, blocked } = made.summary;
      process.exitCode = blocked > 0 ? 1 : changes > 0 ? 2 : 0;
    });
  });
}

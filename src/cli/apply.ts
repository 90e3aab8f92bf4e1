import { Command } from "commander";
import { converge, type Outcome } from "../engine/converge.ts";
import { command } from "../report/command.ts";
import type { Plan } from "../report/events.ts";
import { count, planText, problemsText } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";
import { confirm } from "./confirm.ts";
import { failedText } from "./failed-text.ts";
import { passedOverText } from "./left-on-hosts.ts";
import { type GatewayOptions, sameFile, withGatewayOptions } from "./options.ts";
import { answer, answerJson, answerText, note, noteText } from "./output.ts";
import { withSession } from "./session.ts";
import { verifiedText } from "./verify.ts";

interface ApplyOptions extends GatewayOptions {
  readonly yes?: boolean;
  readonly adopt?: boolean;
  readonly skipHosts?: boolean;
}

export function applyCommand(): Command {
  return withGatewayOptions(
    new Command("apply")
      .description("plan, ask, apply, verify; a run that fails takes itself back")
      .option("-y, --yes", "do not ask")
      .option("--adopt", "take over what someone set up by hand; undo gives it back")
      .option("--skip-hosts", "go on where a proxy that has left the gateway cannot be reached"),
  ).action(async (options: ApplyOptions) => {
    await withSession(options, async ({ file, world, journal, context }) => {
      const confirm = (plan: Plan) => ask(plan, options, context.signal);
      const skipHosts = options.skipHosts ?? false;
      const outcome = await converge(file, world, journal, { ...context, confirm }, { skipHosts });
      if (options.json) answerJson({ ...outcome, problems: outcome.problems?.map((one) => one.toJSON()) });
      else tell(outcome, options);
      process.exitCode = outcome.outcome === "done" ? 0 : 1;
    });
  });
}

/** Shows the plan and asks. */
async function ask(plan: Plan, { yes, json }: ApplyOptions, signal: AbortSignal): Promise<boolean> {
  if (!json) answerText(planText(plan));
  const changes = count(plan.summary.changes, "change");
  const unasked = {
    code: "apply/not-confirmed",
    summary: `${changes} would be made, and nobody can be asked here`,
    hint: "Look at `wayout plan`, then run `wayout apply --yes`.",
  };
  return confirm(`make ${changes}?`, { yes: yes ?? false, signal, unasked });
}

function tell(ended: Outcome, options: ApplyOptions): void {
  const { plan, outcome, run, problems, verified, learning } = ended;
  const named = sameFile(options);
  const again = command("wayout apply", { options: named });
  const lookForDrift = `\`${command("wayout plan", { options: named })}\` looks for drift`;
  if (outcome === "blocked") {
    answerText(planText(plan));
    note("nothing was changed: the plan is blocked");
    return;
  }
  if (outcome === "declined") {
    note("nothing was changed");
    return;
  }
  if (run === undefined) answerText(planText(plan));
  if (problems && problems.length > 0) noteText(problemsText(problems));
  if (outcome === "failed") noteText(linesOf(failedText(ended, named)));
  if (outcome === "stopped") note(`run ${run} was stopped between two steps; \`${again}\` goes on`);
  const passedOver = outcome === "failed" ? undefined : passedOverText(ended, named);
  if (passedOver !== undefined) note(passedOver);
  if (verified) answerText(verifiedText(verified));
  if (learning)
    note(
      `the changes stand; clients learn their way out when they renew their lease or boot, and \`${command("wayout verify", { options: named })}\` proves it then`,
    );
  if (outcome === "unproven")
    note(
      run === undefined
        ? `nothing was changed, and the way out is not proven; ${lookForDrift}`
        : `the changes stand, but the way out is not proven; ${lookForDrift}`,
    );
  if (run !== undefined && verified) answer(`undo with: ${command("wayout undo", { options: named })}`);
}

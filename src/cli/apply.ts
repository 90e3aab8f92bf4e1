import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { converge, type Outcome } from "../engine/converge.ts";
import type { Plan } from "../report/events.ts";
import { count, planText, problemText, stepText } from "../report/human.ts";
import { Problem } from "../report/problem.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answer, answerJson, note } from "./output.ts";
import { withSession } from "./session.ts";
import { verifiedText } from "./verify.ts";

interface ApplyOptions extends GatewayOptions {
  readonly yes?: boolean;
  readonly adopt?: boolean;
}

export function applyCommand(): Command {
  return withGatewayOptions(
    new Command("apply")
      .description("plan, ask, apply, verify; a run that fails takes itself back")
      .option("-y, --yes", "do not ask")
      .option("--adopt", "take over what someone set up by hand; undo gives it back"),
  ).action(async (options: ApplyOptions) => {
    await withSession(options, async ({ file, world, journal, context }) => {
      const confirm = (plan: Plan) => ask(plan, options, context.signal);
      const outcome = await converge(file, world, journal, { ...context, confirm });
      if (options.json) answerJson({ ...outcome, problems: outcome.problems?.map((one) => one.toJSON()) });
      else tell(outcome, options);
      process.exitCode = outcome.outcome === "done" ? 0 : 1;
    });
  });
}

/** Shows the plan and asks; without a terminal nobody can answer, so --yes is needed. */
async function ask(plan: Plan, { yes, json }: ApplyOptions, signal: AbortSignal): Promise<boolean> {
  if (!json) answer(planText(plan));
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new Problem({
      code: "apply/not-confirmed",
      summary: `${count(plan.summary.changes, "change")} would be made, and nobody can be asked here`,
      hint: "Look at `wayout plan`, then run `wayout apply --yes`.",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const said = await terminal.question(`make ${count(plan.summary.changes, "change")}? [y/N] `, { signal });
    return /^y(es)?$/i.test(said.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

function tell(
  { plan, outcome, run, takenBack, problems, verified }: Outcome,
  { file, lab }: ApplyOptions,
): void {
  const named = `${file === "wayout.yaml" ? "" : ` -f ${file}`}${lab === "lab" ? "" : ` --lab ${lab}`}`;
  if (outcome === "blocked") {
    answer(planText(plan));
    note("nothing was changed: the plan is blocked");
    return;
  }
  if (outcome === "declined") {
    note("nothing was changed");
    return;
  }
  if (run === undefined) answer(planText(plan));
  for (const problem of problems ?? []) note(problemText(problem));
  if (outcome === "failed") {
    const standing =
      takenBack?.filter((one) => one.outcome === "failed" || one.outcome === "not-executed") ?? [];
    if (standing.length === 0) note(`run ${run} failed; what it had changed was taken back`);
    else
      note(
        [`run ${run} failed; this still stands:`, ...standing.map((one) => `  ${stepText(one)}`)].join("\n"),
      );
  }
  if (outcome === "stopped")
    note(`run ${run} was stopped between two steps; \`wayout apply${named}\` goes on`);
  if (verified) answer(verifiedText(verified));
  if (outcome === "unproven")
    note(
      run === undefined
        ? `nothing was changed, and the way out is not proven; \`wayout plan${named}\` looks for drift`
        : `the changes stand, but the way out is not proven; \`wayout plan${named}\` looks for drift`,
    );
  if (run !== undefined && verified) answer(`undo with: wayout undo${named}`);
}

import { closeSync, constants, existsSync, lstatSync, openSync, rmSync, writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { drill } from "../engine/drill/drill.ts";
import { type DrillPlan, type FaultName, faultNames } from "../report/drill.ts";
import { drillHtml } from "../report/drill-html.ts";
import { drillPlanText, drillText } from "../report/drill-text.ts";
import { messageOf, Problem } from "../report/problem.ts";
import { oneLine } from "../report/visible.ts";
import { kindOf } from "../spec/small-file.ts";
import { chosenWork } from "./chosen-work.ts";
import { confirm } from "./confirm.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answerJson, answerText, note, noteText } from "./output.ts";
import { withSession } from "./session.ts";

interface DrillOptions extends GatewayOptions {
  readonly fault: FaultName;
  readonly client?: string;
  readonly connections?: number;
  readonly yes?: boolean;
  readonly html?: string;
}

export function drillCommand(): Command {
  return withGatewayOptions(
    new Command("drill")
      .description("a measured failover on the real thing: what is lost, and for how long")
      .argument("[gateway]", "which gateway; needed where the spec has several")
      .addOption(
        new Option("--fault <fault>", "what happens to the active proxy")
          .choices(faultNames)
          .default("switch"),
      )
      .option(
        "--client <server>",
        "who measures; by default the first client that can be logged in to",
        oneLine,
      )
      .option("--connections <number>", "how many are held open", connectionCount)
      .option("-y, --yes", "do not ask")
      .option("--html <path>", "write the report with its plot to this file, too"),
  ).action(async (name: string | undefined, options: DrillOptions) => {
    if (options.html !== undefined) mustBeWritable(options.html);
    await withSession(options, async (session) => {
      const { fault, client, connections } = options;
      const { world, context } = session;
      const drilled = await drill(
        await chosenWork(session, name),
        world,
        { fault, client, connections },
        { ...context, confirm: (plan) => ask(plan, options, context.signal) },
      );
      if (!drilled) {
        note("nothing was done");
        if (options.json) answerJson({ outcome: "declined" });
        process.exitCode = 1;
        return;
      }
      const { report, picture } = drilled;
      if (options.json) answerJson(report);
      else answerText(drillText(report));
      process.exitCode = report.ok ? 0 : 1;
      if (options.html !== undefined) writeHtml(options.html, drillHtml(report, picture));
    });
  });
}

async function ask(plan: DrillPlan, { yes, json }: DrillOptions, signal: AbortSignal): Promise<boolean> {
  const text = drillPlanText(plan);
  if (json) noteText(text);
  else answerText(text);
  const unasked = {
    code: "drill/not-confirmed",
    summary: `a fault would be made on ${plan.active}, and nobody can be asked here`,
    hint: "Run `wayout drill --yes`.",
  };
  return confirm("make the fault?", { yes: yes ?? false, signal, unasked });
}

function connectionCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 20_000) return count;
  throw new InvalidArgumentError("It must be 1 to 20000.");
}

/** Last, and no failure of the drill: what it found is told already. */
function writeHtml(path: string, html: string): void {
  try {
    const descriptor = openOutput(path, constants.O_TRUNC);
    try {
      writeFileSync(descriptor, html);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    note(`cannot write ${path}: ${messageOf(cause)}`);
    process.exitCode = 1;
  }
}

/** A regular file, or a new one: no link is followed to another one, and a FIFO is not waited for. */
function openOutput(path: string, how: number): number {
  const there = lstatSync(path, { throwIfNoEntry: false });
  const kind = there && kindOf(there);
  if (kind !== undefined) throw new Error(`it is ${kind}`);
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | how, 0o644);
}

/** Before a fault is made: a report that cannot be written would be lost. Where there is no such file, none is left. */
function mustBeWritable(path: string): void {
  try {
    const there = existsSync(path);
    closeSync(openOutput(path, constants.O_APPEND));
    if (!there) rmSync(path);
  } catch (cause) {
    throw new Problem({
      code: "drill/html-not-writable",
      summary: `cannot write ${path}: ${messageOf(cause)}`,
      hint: "Nothing was done. Name another file.",
      cause,
    });
  }
}

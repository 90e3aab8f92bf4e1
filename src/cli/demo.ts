/** `npm start`: the manual's procedure from nothing to a proof, in a lab of its own, and how to go on. */
import { execFile } from "node:child_process";
import { Command } from "commander";
import { converge } from "../engine/converge.ts";
import { commandInside } from "../lab/client/actions.ts";
import { labStatus } from "../lab/client/labs.ts";
import { exclusively } from "../lab/client/lock.ts";
import { placesOf } from "../lab/client/places.ts";
import { removeLab } from "../lab/client/remove.ts";
import { planText, problemText, seconds } from "../report/human.ts";
import { Problem } from "../report/problem.ts";
import { bringUp } from "./lab/bring-up.ts";
import { picture } from "./lab/picture.ts";
import { answer, answerText, note, noteText } from "./output.ts";
import { withSession } from "./session.ts";
import { verifiedText } from "./verify.ts";

const lab = "lab";
const client = "ecs-app-1";
const file = "wayout.yaml";
const site = "http://site.example/";

export function demoCommand(): Command {
  return new Command("demo")
    .description("a lab, the manual's procedure in it, and the proof; what `npm start` runs")
    .option("--once", "end after the proof instead of waiting for Ctrl-C")
    .action(async (options: { once?: boolean }) => {
      const startedAt = performance.now();
      await bringUp("manual", { name: lab, fabric: "kernel" });
      try {
        await show();
        answerText(`\nproved in ${seconds(performance.now() - startedAt)}\n`);
        if (!options.once) {
          answerText(goOn);
          await untilInterrupted();
        }
      } finally {
        await exclusively(() => removeLab(placesOf(lab)));
        note("the lab is down; nothing of it is left");
      }
    });
}

async function show(): Promise<void> {
  answerText(picture(await labStatus(lab), { all: false }));
  heading(`${client} has no EIP and no way out`);
  await inClient(["ping", "-n", "-c", "1", "-W", "1", "198.51.100.10"], { fails: true });
  await inClient(["curl", "-sS", "--connect-timeout", "2", site], { fails: true });
  heading(`wayout apply: what ${file} asks for`);
  await withSession({ file, lab }, async ({ file, world, journal, context }) => {
    const outcome = await converge(file, world, journal, {
      ...context,
      confirm: async (plan) => {
        answerText(planText(plan));
        return true;
      },
    });
    for (const problem of outcome.problems ?? []) noteText(problemText(problem));
    if (outcome.verified) answerText(verifiedText(outcome.verified));
    if (outcome.outcome !== "done") {
      throw new Problem({
        code: "demo/not-proved",
        summary: `the way out was not proved: ${outcome.outcome}`,
      });
    }
  });
  heading(`${client} has a way out`);
  await inClient(["curl", "-sS", site]);
  await inClient(["apt-get", "update", "-q"]);
  await inClient(["apt-get", "install", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", "hello"]);
  await inClient(["hello"]);
}

/** Runs a command in the client and shows both, so that everything is seen as it happens. */
async function inClient(command: readonly string[], { fails = false } = {}): Promise<void> {
  answer(`${client}# ${command.join(" ")}`);
  const [program = "", ...args] = await commandInside(lab, client, [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    ...command,
  ]);
  const { code, text } = await run(program, args);
  answerText(indented(text));
  if ((code !== 0) !== fails) {
    throw new Problem({
      code: "demo/unexpected",
      summary: `on ${client}, ${command[0]} ${fails ? "worked where it should not" : `ended with ${code}`}`,
    });
  }
}

function run(program: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: 120_000 }, (failure, stdout, stderr) => {
      if (failure && typeof failure.code !== "number") reject(failure);
      else resolve({ code: child.exitCode ?? 1, text: stdout + stderr });
    });
  });
}

/** The last lines are the telling ones. */
function indented(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(-6)
    .map((line) => `  ${line}`)
    .join("\n");
}

function heading(text: string): void {
  answerText(`\n== ${text}`);
}

const goOn = `Go on in a second terminal, in this folder:
  ./wayout plan                         nothing is left to change
  ./wayout verify                       prove it again
  ./wayout lab exec ${client} -- bash  sit in the client
  ./wayout lab reboot ecs-proxy         the way out survives it
  ./wayout lab break check ecs-proxy    break something; plan shows it, apply mends it
  ./wayout undo                         take everything back
Ctrl-C here ends the lab.`;

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // A promise alone does not keep Node running.
    const alive = setInterval(() => undefined, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    process.once("SIGINT", end).once("SIGTERM", end);
  });
}

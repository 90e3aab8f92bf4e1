/** The only place that changes anything forward: step by step, journaled ahead, each read back. */
import { probesFromProxy } from "../checks/for-gateway.ts";
import { awaitPair, isUndivided } from "../checks/pair.ts";
import { tryFrom } from "../checks/seat.ts";
import type { StepResult } from "../report/events.ts";
import { Problem } from "../report/problem.ts";
import { changesEips, usesProxy } from "../steps/all-steps.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { World } from "../steps/world.ts";
import type { Context } from "./context.ts";
import type { EntryRecord, Run } from "./journal/journal.ts";
import type { Work } from "./observe.ts";
import { settledWorld } from "./settled-world.ts";
import { askedForPower } from "./switched-off.ts";

export interface Applied {
  readonly results: readonly StepResult[];
  readonly failed?: Problem;
  readonly stopped: boolean;
  /** An EIP is new, or has moved: the steps after it are to be looked up anew. */
  readonly moved: boolean;
}

/**
 * Makes every step of the work true, in order. Stops at the first failure, or between two steps when the
 * signal says so. Steps that are right already are passed over.
 */
export async function apply(
  works: readonly Work[],
  anyWorld: World,
  run: Run,
  unsettled: ReadonlyMap<string, EntryRecord>,
  context: Context,
): Promise<Applied> {
  const results: StepResult[] = [];
  const world = settledWorld(anyWorld, context.report);
  for (const { gateway, steps } of works) {
    for (const step of steps) {
      if (context.signal.aborted) return { results, stopped: true, moved: false };
      const startedAt = context.now();
      const finish = (result: Pick<StepResult, "outcome" | "because" | "problem">): void => {
        const { id, kind, object, title } = step;
        const durationMs = context.now().getTime() - startedAt.getTime();
        const whole: StepResult = { id, step: kind, object, title, ...result, durationMs };
        results.push(whole);
        context.report({ kind: "step-finished", result: whole });
      };
      try {
        const observation = await step.observe(world);
        const decision = observation.decide({ adopt: context.adopt });
        if (decision.action === "none") {
          const open = unsettled.get(step.id);
          if (open) run.done(open.seq, observation.observed);
          finish({ outcome: "already", because: decision.because });
          continue;
        }
        if (decision.action === "blocked") {
          throw new Problem({ code: "apply/blocked", summary: decision.because, hint: decision.hint });
        }
        if (usesProxy(step.kind)) await proveProxy(gateway, world, context);
        context.report({ kind: "step-started", id: step.id, title: step.title });
        const { id: stepId, kind, object, title, want } = step;
        const before = observation.observed;
        const seq = run.started({ gateway: gateway.name, stepId, kind, object, title, want, before });
        await observation.apply(world);
        const after = await step.observe(world);
        const settled = after.decide({ adopt: false });
        if (settled.action !== "none") throw notSettled(settled.because);
        run.done(seq, after.observed);
        finish({ outcome: "done", because: decision.because });
        if (changesEips(step.kind)) return { results, stopped: false, moved: true };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        const problem = await askedForPower(
          cause.where({ step: step.kind, object: step.object }),
          anyWorld.cloud,
        );
        finish({ outcome: "failed", problem: problem.toJSON() });
        return { results, failed: problem, stopped: false, moved: false };
      }
    }
  }
  return { results, stopped: false, moved: false };
}

/** Two that have just been let hear each other agree within a second or two. */
const electedWithinMs = 10_000;

/**
 * The gate before the route: a proxy that cannot reach the Internet would take its clients with it, and so would a pair
 * of which none, or each, has the virtual IPs.
 * @throws Problem apply/proxy-not-proven with what each probe said.
 */
async function proveProxy(gateway: Gateway, world: World, context: Context): Promise<void> {
  const split = gateway.pair ? (await awaitPair(gateway, world, isUndivided, electedWithinMs)).split : "";
  if (split !== "") {
    throw new Problem({
      code: "apply/proxy-not-proven",
      summary: `${split}; so no route is sent to the pair`,
      hint: "See what the two say: journalctl -u wayout-pair, on both. Can they reach each other by VRRP?",
      retry: true,
    });
  }
  const probes = probesFromProxy(context.probes);
  const tried = await Promise.all(
    gateway.proxies.map(async ({ server, host }) => ({
      server: server.name,
      results: await tryFrom(world, [host], probes),
    })),
  );
  const works = tried.some(
    ({ results }) => results.some((one) => one.ok) && results.every((one) => one.ok !== false),
  );
  // Of a pair, a standby without an EIP of its own has no way out before the route is there.
  if (works) return;
  const names = tried.map(({ server }) => server).join(" and ");
  throw new Problem({
    code: "apply/proxy-not-proven",
    summary: `${names} ${tried.length === 1 ? "does" : "do"} not reach the Internet, so no route is sent there`,
    detail: tried
      .flatMap(({ server, results }) =>
        results.map(
          ({ name, to, ok, evidence }) => `${ok ? "ok" : "FAILED"} ${server} ${name} ${to}: ${evidence}`,
        ),
      )
      .join("\n"),
    hint: "Check its EIP, the egress rules of its security group and its own firewall. Where the hosts above cannot be reached from there at all, name others under probes.",
    retry: true,
  });
}

function notSettled(because: string): Problem {
  return new Problem({
    code: "apply/not-settled",
    summary: `the change was made, but reading it back says: ${because}`,
    hint: "Something else changes the same object. Run plan to see how it stands.",
    retry: true,
  });
}

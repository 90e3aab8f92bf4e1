/** What a run has left on hosts that it could not reach. Pure. */
import type { Outcome } from "../engine/converge.ts";
import { type CommandOption, command } from "../report/command.ts";
import type { StepResult } from "../report/events.ts";
import { count } from "../report/human.ts";

/** "2 steps on ecs-proxy-1, which could not be reached". */
export function leftOnHosts(left: readonly Pick<StepResult, "object">[]): string {
  const hosts = [...new Set(left.map(({ object }) => object))].join(" and ");
  return `${count(left.length, "step")} on ${hosts}, which could not be reached`;
}

/**
 * What an apply has passed over; undefined where that is nothing.
 * @param named the options that name the same file and lab again.
 */
export function passedOverText(
  { takenBack = [] }: Pick<Outcome, "takenBack">,
  named: readonly CommandOption[],
): string | undefined {
  const left = takenBack.filter(({ outcome }) => outcome === "failed");
  if (left.length === 0) return undefined;
  return `left in the journal: ${leftOnHosts(left)}; \`${command("wayout apply", { options: named })}\` takes back what is left once it can be`;
}

import type { LabQuotas, LabState } from "../../state.ts";
import { Refused, type Subject } from "./refused.ts";

/** Refuses where `more` objects on top of `used` would be too many. */
export function requireRoom(
  state: LabState,
  resource: keyof LabQuotas,
  subject: Subject,
  used: number,
  more = 1,
): void {
  const limit = state.quotas[resource];
  if (limit >= 0 && used + more > limit) {
    throw new Refused(
      subject,
      "quota",
      `Quota exceeded for resources: ${resource}. In use ${used}, allowed ${limit}.`,
    );
  }
}

export function usedRules(state: LabState): number {
  return state.securityGroups.values().reduce((sum, group) => sum + group.rules.length, 0);
}

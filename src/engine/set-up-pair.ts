import { Problem } from "../report/problem.ts";
import type { Gateway, Pair } from "../steps/gateway.ts";

/**
 * What works on a pair needs one that is set up.
 * @throws Problem pair/not-a-pair, pair/not-set-up
 */
export function mustBeSetUp({ name, pair }: Gateway): void {
  if (!pair) {
    throw new Problem({
      code: "pair/not-a-pair",
      summary: `gateway ${name} has one proxy: nobody would take over`,
      hint: "Name two proxies in wayout.yaml and apply.",
    });
  }
  if (!isSetUp(pair)) {
    throw new Problem({
      code: "pair/not-set-up",
      summary: `the pair of gateway ${name} is in wayout.yaml, but not set up yet`,
      hint: "`wayout apply` sets it up.",
    });
  }
}

/** At least begun: one of its virtual IPs is there. Pure. */
export function isSetUp({ inner, outer }: Pick<Pair, "inner" | "outer">): boolean {
  return inner.nicId !== undefined || outer.nicId !== undefined;
}

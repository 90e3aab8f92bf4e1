import type { HostAddress } from "../host/host.ts";
import { Problem } from "../report/problem.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";
import { type Probe, type ProbeResult, readResults, scriptOf } from "./probe.ts";

/** Longer than the slowest probe with all its tries. */
const seatTimeoutMs = 40_000;

/**
 * Runs the probes on a machine, in one round trip, by the first of the ways to it that leads there. Where nobody can log
 * in, every probe is "not tried".
 */
export async function tryFrom(
  world: ReadOnlyWorld,
  ways: readonly HostAddress[],
  probes: readonly Probe[],
): Promise<ProbeResult[]> {
  let evidence = "not tried: no way to log in is known";
  for (const way of ways) {
    try {
      const { stdout } = await world.host(way).read(scriptOf(probes), { timeoutMs: seatTimeoutMs });
      return readResults(probes, stdout);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      evidence = `not tried: cannot log in to ${way.server}: ${cause.summary}`;
    }
  }
  return probes.map(({ name, to }) => ({ name, to, ok: null, evidence }));
}

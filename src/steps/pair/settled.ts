/** Waits until both hosts of a pair are clear about who is active, and the standby knows the connections. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HostAddress } from "../../host/host.ts";
import type { MemberReport } from "../../host/pair/report.ts";
import { askMembers, whyNotSettled } from "../../host/pair/state.ts";
import { Problem } from "../../report/problem.ts";
import type { ReadOnlyWorld } from "../world.ts";

/** An election takes a second or two; the rest is for telling the other one of a million connections. */
const settleMs = 60_000;

/** systemd begins the service anew as soon as it ends: after this many times keepalived will not stay by itself. */
const mostRestarts = 4;

/** @throws Problem pair/not-settled: what comes next may be the other proxy, which must not rely on this one then. */
export async function awaitSettled(
  own: HostAddress,
  other: HostAddress,
  world: ReadOnlyWorld,
  withinMs = settleMs,
): Promise<void> {
  const hosts = [world.host(own), world.host(other)];
  const deadline = performance.now() + withinMs;
  for (;;) {
    const [here, there] = await askMembers(hosts);
    const because = here && there ? whyNotSettled(here, there) : "";
    if (because === "") return;
    if (here?.report && !here.report.settled && here.report.restarts > mostRestarts) {
      throw notSettled(own.server, "its keepalived ends as soon as it is started");
    }
    if (performance.now() > deadline) throw notSettled(own.server, because);
    await sleep(300);
  }
}

/** Of one host alone, whatever the other one does. @throws Problem pair/not-settled. */
export async function awaitAlone(
  own: HostAddress,
  isSo: (report: MemberReport) => boolean,
  world: ReadOnlyWorld,
): Promise<void> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const [here] = await askMembers([world.host(own)]);
    if (here?.report?.settled && isSo(here.report)) return;
    if (performance.now() > deadline) throw notSettled(own.server, "its election does not end");
    await sleep(300);
  }
}

export function notSettled(server: string, because: string): Problem {
  return new Problem({
    code: "pair/not-settled",
    summary: `${server} takes part, but could not take over: ${because}`,
    hint: `\`journalctl -u wayout-pair -u wayout-sync\` on ${server} says more.`,
    retry: true,
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { keepalivedConf } from "../../host/pair/keepalived-conf.ts";
import { pairPaths, pairUnits } from "../../host/pair/paths.ts";
import { pairScripts } from "../../host/pair/scripts.ts";
import { settings } from "../../host/pair/settings.ts";
import { askMembers, whyNotSettled } from "../../host/pair/state.ts";
import { pairUnit } from "../../host/pair/units.ts";
import { Problem } from "../../report/problem.ts";
import type { Step } from "../step.ts";
import { type MemberWant, type ServiceHave, serviceStep } from "./service.ts";

/** An election takes a second or two; the rest is for telling the other one of a million connections. */
const settleMs = 60_000;

/** systemd begins the service anew as soon as it ends: after this many times keepalived will not stay by itself. */
const mostRestarts = 4;

const service = serviceStep({
  kind: "pair/role",
  title: ({ host, peerName }) => `Let ${host.server} and ${peerName} agree who is active`,
  service: {
    unit: pairUnits.pair,
    paths: [
      pairPaths.keepalived,
      pairPaths.settings,
      pairPaths.role,
      pairPaths.score,
      pairPaths.watch,
      pairPaths.agent,
      pairPaths.takeOver,
      pairPaths.pairUnit,
    ],
    // The agent and the watch run for as long as the service does; all else is read anew when it is used.
    restartFor: [pairPaths.agent, pairPaths.watch, pairPaths.pairUnit],
    files: (member) => [
      { path: pairPaths.keepalived, mode: "644", content: keepalivedConf(member) },
      { path: pairPaths.settings, mode: "644", content: settings(member) },
      { path: pairPaths.role, mode: "755", content: pairScripts.role },
      { path: pairPaths.score, mode: "755", content: pairScripts.score },
      { path: pairPaths.watch, mode: "755", content: pairScripts.watch },
      { path: pairPaths.agent, mode: "755", content: pairScripts.agent },
      { path: pairPaths.takeOver, mode: "644", content: pairScripts.takeOver },
      { path: pairPaths.pairUnit, mode: "644", content: pairUnit },
    ],
  },
  words: ({ host, address, peer }) => ({
    right: `${host.server} takes part already`,
    after: `keepalived, ${address} with ${peer}`,
    first: "nothing; the first one that runs becomes the active one",
    later: "nothing where the other proxy is in sync: it goes on with every open connection",
  }),
});

/**
 * Lets the two proxies agree who is active. keepalived elects; our agent does what is elected, in the order that keeps
 * connections: commit, open, take the addresses, announce. Forwarding is on at the active one only.
 */
export const role: Step<MemberWant, ServiceHave> = {
  ...service,

  /** @throws Problem pair/not-settled: what comes next may be the other proxy, which must not rely on this one then. */
  async apply(want, observed, world) {
    await service.apply(want, observed, world);
    const hosts = [world.host(want.host), world.host(want.peerHost)];
    const deadline = performance.now() + settleMs;
    for (;;) {
      const [own, other] = await askMembers(hosts);
      const because = own && other ? whyNotSettled(own, other) : "";
      if (because === "") return;
      if (own?.report && !own.report.settled && own.report.restarts > mostRestarts) {
        throw notSettled(want.host.server, "its keepalived ends as soon as it is started");
      }
      if (performance.now() > deadline) throw notSettled(want.host.server, because);
      await sleep(300);
    }
  },
};

function notSettled(server: string, because: string): Problem {
  return new Problem({
    code: "pair/not-settled",
    summary: `${server} takes part, but could not take over: ${because}`,
    hint: `\`journalctl -u wayout-pair -u wayout-sync\` on ${server} says more.`,
    retry: true,
  });
}

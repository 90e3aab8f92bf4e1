import { keepalivedConf } from "../../host/pair/keepalived-conf.ts";
import { pairPaths, pairUnits } from "../../host/pair/paths.ts";
import { pairScripts } from "../../host/pair/scripts.ts";
import { settings } from "../../host/pair/settings.ts";
import { signingPaths } from "../../host/pair/signing.ts";
import { pairUnit } from "../../host/pair/units.ts";
import type { Step } from "../step.ts";
import { makeHeard } from "./host-signing.ts";
import { type MemberWant, type ServiceHave, serviceStep } from "./service.ts";
import { awaitSettled } from "./settled.ts";

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
    left: [pairPaths.signing, signingPaths.key, signingPaths.signed],
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

  /** @throws Problem pair/not-settled. */
  async apply(want, observed, world) {
    await makeHeard(want.host, want.peerHost, world);
    await service.apply(want, observed, world);
    await awaitSettled(want.host, want.peerHost, world);
  },
};

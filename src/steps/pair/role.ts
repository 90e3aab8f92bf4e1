import { keepalivedConf } from "../../host/pair/keepalived-conf.ts";
import { pairPaths, pairUnits } from "../../host/pair/paths.ts";
import { pairScripts } from "../../host/pair/scripts.ts";
import { settings } from "../../host/pair/settings.ts";
import { pairUnit } from "../../host/pair/units.ts";
import { serviceStep } from "./service.ts";

/**
 * Lets the two proxies agree who is active. keepalived elects; our agent does what is elected, in the order that keeps
 * connections: commit, open, take the addresses, announce. Forwarding is on at the active one only.
 */
export const role = serviceStep({
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
      pairPaths.openGroups,
      pairPaths.pairUnit,
    ],
    // The agent and the watch run for as long as the service does; all else is read anew when it is used.
    restartFor: [pairPaths.agent, pairPaths.watch, pairPaths.pairUnit],
    files: (want, device) => [
      { path: pairPaths.keepalived, mode: "644", content: keepalivedConf({ ...want, device }) },
      { path: pairPaths.settings, mode: "644", content: settings({ ...want, device }) },
      { path: pairPaths.role, mode: "755", content: pairScripts.role },
      { path: pairPaths.score, mode: "755", content: pairScripts.score },
      { path: pairPaths.watch, mode: "755", content: pairScripts.watch },
      { path: pairPaths.agent, mode: "755", content: pairScripts.agent },
      { path: pairPaths.openGroups, mode: "644", content: pairScripts.openGroups },
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

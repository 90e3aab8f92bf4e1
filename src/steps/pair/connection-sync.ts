import { conntrackdConf } from "../../host/pair/conntrackd-conf.ts";
import { guardScript } from "../../host/pair/guard.ts";
import { pairPaths, pairUnits } from "../../host/pair/paths.ts";
import { syncUnit } from "../../host/pair/units.ts";
import { serviceStep } from "./service.ts";

/**
 * Runs conntrackd with a configuration of ours: each proxy knows the connections of the other one. The guard comes with it, ahead
 * of everything that the two speak.
 */
export const connectionSync = serviceStep({
  kind: "pair/connection-sync",
  title: ({ host, peerName }) => `Tell ${peerName} about the connections of ${host.server}`,
  service: {
    unit: pairUnits.sync,
    paths: [pairPaths.guard, pairPaths.conntrackd, pairPaths.syncUnit],
    restartFor: [pairPaths.guard, pairPaths.conntrackd, pairPaths.syncUnit],
    files: (member) => [
      { path: pairPaths.guard, mode: "755", content: guardScript(member) },
      { path: pairPaths.conntrackd, mode: "644", content: conntrackdConf(member) },
      { path: pairPaths.syncUnit, mode: "644", content: syncUnit },
    ],
  },
  words: ({ peer, peerName }) => ({
    right: `conntrackd tells ${peerName} already`,
    after: `conntrackd, to ${peer}`,
    first: "nothing; until both have it, open connections would end with their proxy",
    later: "nothing; for a second, what is opened is not told to the other proxy",
  }),
});

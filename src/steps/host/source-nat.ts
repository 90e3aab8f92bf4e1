import { changeHost } from "../../host/armed.ts";
import { ownUnits } from "../../host/own-paths.ts";
import type { Step } from "../step.ts";
import { newArming } from "./arming.ts";
import { decideSourceNat } from "./source-nat-decision.ts";
import { type SourceNatHave, type SourceNatWant, sourceNatHave, sourceNatWant } from "./source-nat-schema.ts";
import { applyChange, haveFrom, isHandMade, isNameTaken, undoChange, unmarked } from "./source-nat-state.ts";

export type { SourceNatHave, SourceNatWant } from "./source-nat-schema.ts";

/**
 * Translates what the served subnets send to the proxy's own address, and forwards that and nothing else. The rules
 * are Wayout's own table or chains, loaded by one own boot entry. Rules that were set by hand after the manual are
 * foreign: taken over only when the user says so, and given back by undo.
 */
export const sourceNat: Step<SourceNatWant, SourceNatHave> = {
  kind: "host/source-nat",
  want: sourceNatWant,
  have: sourceNatHave,
  object: ({ host }) => host.server,
  title: ({ host, served }) => `Let ${served.join(", ")} out through ${host.server}`,

  async observe(want, world) {
    const have = haveFrom(want, await world.host(want.host).facts());
    if (isNameTaken(have)) return { is: "foreign", have, whose: "rules of somebody else under our name" };
    return isHandMade(have) ? { is: "foreign", have, whose: "rules set by hand" } : { is: "ours", have };
  },

  decide: decideSourceNat,

  async apply(want, observed, world) {
    const host = world.host(want.host);
    const facts = await host.facts();
    const have = observed.is === "absent" ? haveFrom(want, facts) : observed.have;
    await changeHost(host, applyChange(want, have, facts, observed.is === "foreign"), newArming());
  },

  async undo(want, before, world) {
    if (before.is === "absent") return;
    const host = world.host(want.host);
    const facts = await host.facts();
    await changeHost(host, undoChange(before.have, facts, before.is === "foreign"), newArming());
  },

  describe({ rules, handMadeRules, entryEnabled, egress }) {
    if (!rules) return handMadeRules[0] ? `by hand: ${handMadeRules[0].rule}` : "none";
    if (rules.fingerprint === unmarked) return `${rules.backend} rules that do not have Wayout's mark`;
    return `${rules.backend} rules ${rules.fingerprint} to ${egress?.device ?? "no device"}, ${
      entryEnabled ? `loaded at boot (${ownUnits.rules})` : "gone after a boot"
    }`;
  },

  contents: ({ files, handMadeFiles }) => [...files, ...handMadeFiles],

  own: ({ sysctl, rules, files, entryEnabled, handMadeRules, handMadeFiles }) => ({
    redirects: Object.fromEntries(
      Object.entries(sysctl).filter(([name]) => name.endsWith(".send_redirects")),
    ),
    rules,
    files,
    entryEnabled,
    handMadeRules,
    handMadeFiles,
  }),
};

import { z } from "zod";
import type { HostFacts } from "../../host/host.ts";
import { installScript, namesIn, packagesFor, removeScript, unfinished } from "../../host/pair/packages.ts";
import { pairPaths } from "../../host/pair/paths.ts";
import { gatewayName, packageName } from "../../spec/record-forms.ts";
import { hostAddress, initSystem } from "../host/host-schema.ts";
import type { Step } from "../step.ts";

/**
 * Installs keepalived, conntrackd and arping where they are missing, once: a boot needs no network for them. Undo takes
 * away what was installed, with what came along, and nothing that was there before.
 */

const program = z.enum(["keepalived", "conntrackd", "conntrack", "arping", "perl"]);
const want = z.object({ gateway: gatewayName, host: hostAddress });
const have = z.object({
  missing: z.array(program),
  manager: z.enum(["apt-get", "dnf", "yum"]).nullable(),
  init: initSystem,
  /** Names of the packages that were installed for the pair. */
  installed: z
    .string()
    .refine(
      (text) => namesIn(text).every((name) => packageName.safeParse(name).success),
      "has a line that is not the name of a package",
    )
    .nullable(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

/** A mirror that is far away, and a dpkg that somebody else holds. */
const installTimeoutMs = 600_000;

export const packages: Step<Want, Have> = {
  kind: "pair/packages",
  want,
  have,
  object: ({ host }) => host.server,
  title: ({ host }) => `Install keepalived and conntrackd on ${host.server}`,

  async observe({ host }, world) {
    return { is: "ours", have: haveFrom(await world.host(host).facts()) };
  },

  decide({ host }, observed) {
    const blocked = (because: string, hint: string) =>
      ({ action: "blocked", because, hint, adoptable: false }) as const;
    if (observed.is === "absent") return blocked(`nothing is known of ${host.server}`, "Run plan again.");
    const { missing, manager, init, installed } = observed.have;
    if (init !== "systemd") {
      return blocked(`${host.server} is not run by systemd`, "A pair needs systemd on both; use one proxy.");
    }
    const begun = installed?.includes(unfinished) ?? false;
    if (missing.length === 0 && !begun) return { action: "none", because: "they are there" };
    const lacks =
      missing.length === 0
        ? "an installation was begun and not finished"
        : `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
    if (manager === null) {
      return blocked(
        `${lacks} on ${host.server}, which has neither apt-get nor dnf nor yum`,
        missing.length === 1 ? "Install it by hand." : "Install them by hand.",
      );
    }
    const names = packagesFor(manager, missing);
    return {
      action: "create",
      because: lacks,
      after: { packages: names, by: manager },
      notice: `nothing; ${manager} on ${host.server} is busy meanwhile, and fetches from its package sources`,
    };
  },

  async apply({ host: address }, observed, world) {
    const host = world.host(address);
    const { missing, manager } = observed.is === "absent" ? haveFrom(await host.facts()) : observed.have;
    if (manager === null) return;
    await host.write(installScript(manager, packagesFor(manager, missing)), { timeoutMs: installTimeoutMs });
  },

  async undo({ host: address }, before, world) {
    if (before.is === "absent") return;
    const host = world.host(address);
    const { manager, installed } = haveFrom(await host.facts({ anew: true }));
    if (manager === null || installed === null) return;
    await host.write(removeScript(manager, before.have.installed), { timeoutMs: installTimeoutMs });
  },

  describe: ({ missing }) => (missing.length === 0 ? "there" : `${missing.join(", ")} missing`),

  // Once something was installed, the list says it all: what is missing beside it was taken away by somebody else.
  own: ({ missing, installed }) =>
    installed === null ? { missing, installed } : { installed: namesIn(installed) },
};

function haveFrom({ has, packageManager, init, ownFiles }: HostFacts): Have {
  return {
    missing: program.options.filter((name) => !has[name]),
    manager: packageManager,
    init,
    installed: ownFiles.find((file) => file.path === pairPaths.packages)?.content ?? null,
  };
}

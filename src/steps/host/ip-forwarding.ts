import { z } from "zod";
import { changeHost } from "../../host/armed.ts";
import { rcLocalPaths } from "../../host/hand-made-files.ts";
import type { HostFacts } from "../../host/host.ts";
import { ownPaths, ownUnits } from "../../host/own-paths.ts";
import { byRoleAtBoot, byRoleDropIn, forwardingAtBoot } from "../../host/persistence/at-boot.ts";
import { withoutLine } from "../../host/persistence/rc-local.ts";
import type { Decision, Step } from "../step.ts";
import { newArming } from "./arming.ts";
import {
  initSystem,
  onHost,
  ownFileAt,
  ownFilesIn,
  sysctlValues,
  userFile,
  userFileAt,
} from "./host-schema.ts";

/**
 * Lets the proxy's kernel forward packets, now and after a boot. Set already, by whomever: nothing to do. The manual
 * edits /etc/sysctl.conf; this step has a file of its own, so that taking it back is removing a file.
 */

const paths: readonly string[] = [ownPaths.sysctl, ownPaths.forwarding, ownPaths.forwardingInitScript];
/** What the kernel changes together with ip_forward. */
const sysctl = /^net\.ipv4\.conf\.(all\.accept_redirects|[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}\.forwarding)$/;

const want = z.object({
  ...onHost,
  /** Of a pair: the active one forwards and the standby does not; pair/role switches. At boot it is off. */
  byRole: z.boolean().exactOptional(),
});
const have = z.object({
  /** ip_forward as it is, and "0" where the kernel has none. */
  now: z.string().regex(/^\d{1,10}$/, "is not a number"),
  /** Values that the kernel changes together with ip_forward. */
  withIt: sysctlValues(sysctl),
  writable: z.boolean(),
  atBoot: z.object({ value: z.string(), file: z.string() }).nullable(),
  init: initSystem,
  /** Our files of this step. */
  files: z.array(ownFileAt(paths)),
  /** Our boot entry runs; false where none is needed. */
  entryEnabled: z.boolean(),
  rcLocal: userFileAt(rcLocalPaths).nullable(),
  /** Our file leaves it to the role. */
  byRole: z.boolean().exactOptional(),
  /** A change that nobody confirmed is about to be taken back by the host. */
  armed: z.boolean(),
});
export type IpForwardingWant = z.infer<typeof want>;
export type IpForwardingHave = z.infer<typeof have>;

const name = "net.ipv4.ip_forward";

export const ipForwarding: Step<IpForwardingWant, IpForwardingHave> = {
  kind: "host/ip-forwarding",
  want,
  have,
  object: ({ host }) => host.server,
  title: ({ host, byRole }) =>
    byRole ? `Let ${host.server} forward packets while it is active` : `Let ${host.server} forward packets`,

  async observe({ host }, world) {
    return { is: "ours", have: haveFrom(await world.host(host).facts()) };
  },

  decide({ host, byRole }, observed) {
    if (observed.is === "absent") {
      const because = `nothing is known of ${host.server}`;
      return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
    }
    const { now, writable, atBoot, armed, init } = observed.have;
    if (byRole) return decideByRole(host.server, observed.have);
    if (now !== "1" && !writable) {
      return {
        action: "blocked",
        because: `${name} is 0 and cannot be set from inside ${host.server}`,
        hint: "It is a container, or its /proc is read-only. Set it where the container is configured.",
        adoptable: false,
      };
    }
    const hidden = overridden(observed.have);
    if (hidden) {
      return {
        action: "blocked",
        because: `${hidden} sets ${name} to 0 at boot, after every file that Wayout could write`,
        hint: `Remove that line from ${hidden}.`,
        adoptable: false,
      };
    }
    // Where another file says so too: when the role ends, it looks into ours (host/pair/scripts/role.sh).
    const left = observed.have.byRole === true;
    const lasts = !left && (atBoot?.value === "1" || observed.have.entryEnabled);
    const reasons = [
      ...(armed
        ? [
            `${host.server} is about to take back a change of an earlier run, which ended before it confirmed the change`,
          ]
        : []),
      ...(now === "1" ? [] : [`${name} is ${now}`]),
      ...(left ? [`${ownPaths.sysctl} leaves it to the role of a pair`] : []),
      ...(left || lasts || cannotLast(observed.have) ? [] : ["nothing sets it to 1 at boot"]),
    ];
    const warnings = !lasts && cannotLast(observed.have) ? [noBoot(host.server, init)] : [];
    if (reasons.length === 0) {
      const because = atBoot?.value === "1" ? `${atBoot.file} keeps it` : "it is set at boot";
      return {
        action: "none",
        because: `${name} is 1, and ${lasts ? because : "stays until a boot"}`,
        warnings,
      };
    }
    return {
      action: "change",
      because: reasons.join("; "),
      after: { now: "1", atBoot: "1" },
      notice:
        "nothing; until source-nat is set, forwarded packets leave untranslated and the cloud drops them",
      warnings,
    };
  },

  async apply({ host: address, byRole }, observed, world) {
    const host = world.host(address);
    const facts = await host.facts();
    const before = observed.is === "absent" ? haveFrom(facts) : observed.have;
    const lasts = !byRole && before.atBoot?.value === "1" && !before.byRole;
    const entry = byRole ? byRoleAtBoot : forwardingAtBoot(facts);
    await changeHost(
      host,
      {
        init: facts.init,
        unit: ownUnits.forwarding,
        sysctl: byRole ? {} : { [name]: "1" },
        touchedSysctl: [],
        take: [],
        give: [],
        files: lasts ? [] : entry.files,
        remove: [],
        enable: lasts ? [] : entry.enable,
        disable: false,
      },
      newArming(),
    );
  },

  async undo({ host: address }, before, world) {
    if (before.is === "absent") return;
    const host = world.host(address);
    const facts = await host.facts();
    const old = before.have;
    const kept = new Set(old.files.map((file) => file.path));
    const rcLocal =
      facts.rcLocal && facts.enabledUnits.includes(ownUnits.forwarding) && !old.entryEnabled
        ? [
            {
              ...withoutLine(facts.rcLocal, ownUnits.forwarding),
              mode: old.rcLocal?.mode ?? facts.rcLocal.mode,
            },
          ]
        : [];
    await changeHost(
      host,
      {
        init: facts.init,
        unit: ownUnits.forwarding,
        // Where the role switched it, it still does: who is active may be another one by now.
        sysctl: old.byRole ? {} : { [name]: old.now, ...old.withIt },
        touchedSysctl: [],
        take: [],
        give: [],
        files: [...old.files, ...(facts.init === "none" ? rcLocal : [])],
        remove: paths.filter((path) => !kept.has(path)),
        enable: old.entryEnabled ? forwardingAtBoot(facts).enable : [],
        disable: !old.entryEnabled,
      },
      newArming(),
    );
  },

  describe: ({ now, atBoot, entryEnabled }) =>
    `${now === "1" ? "on" : "off"}, ${atBoot?.value === "1" || entryEnabled ? "on" : "off"} after a boot`,

  contents: ({ files }) => files,

  own: ({ now, files, entryEnabled, byRole }) => ({ now: byRole ? null : now, files, entryEnabled }),
};

function decideByRole(server: string, { byRole, armed, now, atBoot, writable }: IpForwardingHave): Decision {
  if (!writable) {
    return {
      action: "blocked",
      because: `${name} cannot be set from inside ${server}`,
      hint: "It is a container, or its /proc is read-only. Set it where the container is configured.",
      adoptable: false,
    };
  }
  if (byRole && !armed) return { action: "none", because: `${server} forwards while it is active` };
  const elsewhere = atBoot?.value === "1" && !atBoot.file.includes("wayout");
  return {
    action: "change",
    because: byRole
      ? `${server} is about to take back a change of an earlier run, which ended before it confirmed the change`
      : "the standby of a pair must not forward, and nothing sees to that at boot",
    after: { active: "1", standby: "0", atBoot: "0" },
    notice: "nothing: the role of the proxy switches it",
    warnings:
      elsewhere || (now === "1" && atBoot === null)
        ? [`${server} forwards for something else too; as the standby it will not`]
        : [],
  };
}

function haveFrom(facts: HostFacts): IpForwardingHave {
  const now = facts.sysctl[name] ?? "0";
  return {
    now,
    withIt: changedWithIt(facts.sysctl, now),
    writable: facts.sysctl[name] !== undefined && !facts.sysctlReadOnly.includes(name),
    atBoot: facts.ipForwardAtBoot ?? null,
    init: facts.init,
    files: ownFilesIn(facts, paths),
    entryEnabled: facts.enabledUnits.includes(ownUnits.forwarding),
    ...(facts.ownFiles.some(({ path, content }) => path === ownPaths.sysctl && content === byRoleDropIn)
      ? { byRole: true }
      : {}),
    rcLocal: facts.rcLocal ? userFile(facts.rcLocal) : null,
    armed: facts.armed,
  };
}

/**
 * Setting ip_forward sets accept_redirects of "all" to the opposite and forwarding of every device to the same
 * (Linux, net/ipv4/devinet.c, inet_forward_change). Remembered are the values that setting it back would not bring back.
 */
function changedWithIt(sysctl: HostFacts["sysctl"], now: string): Record<string, string> {
  const wouldBe = (other: string): string =>
    other.endsWith(".accept_redirects") ? (now === "1" ? "0" : "1") : now;
  return Object.fromEntries(
    Object.entries(sysctl).filter(
      ([other, value]) =>
        (other === "net.ipv4.conf.all.accept_redirects" || other.endsWith(".forwarding")) &&
        value !== wouldBe(other),
    ),
  );
}

/** A file of sysctl.d that is read after ours and says no. */
function overridden({ atBoot, init }: IpForwardingHave): string | undefined {
  if (init !== "systemd" || !atBoot || atBoot.value !== "0") return undefined;
  const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
  return base(atBoot.file) > base(ownPaths.sysctl) && atBoot.file.includes("/sysctl.d/")
    ? atBoot.file
    : undefined;
}

function cannotLast({ init, rcLocal }: IpForwardingHave): boolean {
  return init === "none" && (rcLocal === null || rcLocal.encoding !== undefined);
}

function noBoot(server: string, init: string): string {
  return `${server} has no boot that Wayout knows (init: ${init}, no rc.local): after a boot, apply again`;
}

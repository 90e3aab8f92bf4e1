/** Between the facts of a host and the changes of host/source-nat. Pure. */
import type { HostChange } from "../../host/change.ts";
import { conntrackSize } from "../../host/conntrack-size.ts";
import { hasHandMadeLines, withoutHandMadeLines } from "../../host/hand-made-files.ts";
import type { HandMadeRule, HostFacts, HostFile } from "../../host/host.ts";
import { iptablesText } from "../../host/iptables.ts";
import { loadScript } from "../../host/load-script.ts";
import { nftablesText } from "../../host/nftables.ts";
import { ownPaths, ownUnits } from "../../host/own-paths.ts";
import { loginsIn } from "../../host/own-services.ts";
import { isToken } from "../../host/pair/keepalived-conf.ts";
import { rulesAtBoot } from "../../host/persistence/at-boot.ts";
import type { BootEntry } from "../../host/persistence/boot-entry.ts";
import { withoutLine } from "../../host/persistence/rc-local.ts";
import { fingerprintIn, type Rules } from "../../host/rules.ts";
import { blockingRivals } from "../../host/verdict/blocking-rivals.ts";
import { insideDevices, type Passage, redirectSysctls, wantedRules } from "../../host/wanted-rules.ts";
import { ownFilesIn, userFile } from "./host-schema.ts";
import { type SourceNatHave, type SourceNatWant, sourceNatPaths } from "./source-nat-schema.ts";

const conntrackMax = "net.netfilter.nf_conntrack_max";
const liberalTcp = "net.netfilter.nf_conntrack_tcp_be_liberal";
const conntrackBuckets = "net.netfilter.nf_conntrack_buckets";
/** Stands for the fingerprint of rules that have none. */
export const unmarked = "unknown";

export function haveFrom(want: SourceNatWant, facts: HostFacts): SourceNatHave {
  const shared = want.virtualIps ? [want.virtualIps.inner, want.virtualIps.outer] : [];
  const passing = [...shared, ...(want.leaving ?? [])];
  const egress = facts.egress
    ? {
        device: facts.egress.device,
        // The active one of a pair may send by the virtual IP what it sends itself; the rules are the same on both.
        address: passing.includes(facts.egress.address) ? want.privateIp : facts.egress.address,
      }
    : null;
  const inside = [...insideDevices(facts, want.insideMacs, want.host.server)];
  const addresses = facts.devices.flatMap((device) =>
    device.addresses.map((one) => one.split("/")[0] ?? one),
  );
  const ownAddresses = [...addresses.filter((one) => !passing.includes(one) && !isToken(one)), ...shared];
  const backend =
    facts.ownRules?.backend ?? (facts.has.nft ? "nftables" : facts.has.iptables ? "iptables" : null);
  const [clientDevice] = want.ownServices
    ? insideDevices(facts, [want.ownServices.mac], want.host.server)
    : [];
  const passage = egress && { egress, insideDevices: inside, ownAddresses };
  const touched = [...Object.keys(passage ? sysctlsFor(want, passage) : {}), conntrackMax, conntrackBuckets];
  const fingerprint = facts.ownRules && (fingerprintIn(facts.ownRules.text) ?? unmarked);
  return {
    egress,
    insideDevices: inside,
    ownAddresses,
    ...(clientDevice === undefined ? {} : { clientDevice }),
    ...(facts.login ? { login: facts.login } : {}),
    backend,
    init: facts.init,
    memoryMiB: facts.memoryMiB,
    readOnly: touched.filter((name) => facts.sysctlReadOnly.includes(name)),
    rcLocal: facts.rcLocal ? userFile(facts.rcLocal) : null,
    blockedBy: passage && backend ? [...blockingRivals(facts.rivals, backend, passage, want)] : [],
    armed: facts.armed,
    sysctl: Object.fromEntries(
      touched.flatMap((name) => (facts.sysctl[name] === undefined ? [] : [[name, facts.sysctl[name]]])),
    ),
    rules:
      facts.ownRules && fingerprint
        ? { backend: facts.ownRules.backend, fingerprint, intact: facts.ownRules.intact }
        : null,
    files: ownFilesIn(facts, sourceNatPaths),
    entryEnabled: facts.ownUnitEnabled,
    handMadeRules: facts.handMadeRules.filter((rule) => leavesBy(rule, egress?.device)),
    handMadeFiles: facts.handMadeFiles.filter(hasHandMadeLines).map(userFile),
  };
}

function leavesBy(rule: HandMadeRule, device: string | undefined): boolean {
  const out = /-o (\S+)/.exec(rule.rule)?.[1];
  return out === undefined || out === device;
}

/** Rules after the manual do the job that ours would do: somebody else's work in our place. */
export function isHandMade(have: SourceNatHave): boolean {
  return (
    have.rules === null &&
    have.files.length === 0 &&
    have.handMadeRules.length + have.handMadeFiles.length > 0
  );
}

/** Rules under our name that are not ours: without our mark, and with nothing else of ours on the host. */
export function isNameTaken({ rules, files }: SourceNatHave): boolean {
  return rules?.fingerprint === unmarked && files.length === 0;
}

/** Where packets pass; undefined on a host that is not ready for rules. */
export function passageOf({
  egress,
  insideDevices: inside,
  clientDevice,
  ownAddresses,
}: SourceNatHave): Passage | undefined {
  const clients = clientDevice === undefined ? {} : { clientDevice };
  return egress && inside.length > 0
    ? { egress, insideDevices: inside, ...clients, ownAddresses }
    : undefined;
}

/** In a pair, an end of a connection that the other proxy has seen may be out of the window that this one has seen. */
function sysctlsFor(want: SourceNatWant, passage: Passage): Readonly<Record<string, string>> {
  const redirects = redirectSysctls(passage);
  return want.virtualIps ? { ...redirects, [liberalTcp]: "1" } : redirects;
}

/** The rules and files that make `want` true on this host. */
export interface Wanted {
  readonly rules: Rules;
  readonly files: readonly HostFile[];
  readonly entry: BootEntry;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly atLeast: Readonly<Record<string, number>>;
}

export function wantedOn(
  want: SourceNatWant,
  have: SourceNatHave,
  passage: Passage,
  backend: "nftables" | "iptables",
): Wanted {
  const rules = wantedRules(
    {
      ...want,
      natAddress: want.virtualIps?.outer ?? passage.egress.address,
      ofPair: want.virtualIps !== undefined,
      sshPort: have.login?.port ?? want.host.port ?? 22,
      logins: loginsOf(have),
    },
    passage,
  );
  const sysctl = sysctlsFor(want, passage);
  const { max, buckets } = conntrackSize(have.memoryMiB);
  const atLeast = { [conntrackMax]: max, [conntrackBuckets]: buckets };
  const entry = rulesAtBoot({ init: have.init, ...(have.rcLocal ? { rcLocal: have.rcLocal } : {}) });
  const nft = backend === "nftables";
  const { device, address } = passage.egress;
  const former = want.virtualIps ? { own: { device, address } } : {};
  const files: HostFile[] = [
    {
      path: nft ? ownPaths.nftRules : ownPaths.iptablesRules,
      mode: "644",
      content: nft ? nftablesText(rules) : iptablesText(rules),
    },
    { path: ownPaths.load, mode: "755", content: loadScript({ backend, sysctl, atLeast, ...former }) },
  ];
  return { rules, files, entry, sysctl, atLeast };
}

/** A login stays possible from where one came before: another user of the same file may come from somewhere else. */
function loginsOf({ login, files }: SourceNatHave): readonly string[] {
  return [...(login ? [login.from] : []), ...files.flatMap((file) => loginsIn(file.content))];
}

export function applyChange(
  want: SourceNatWant,
  have: SourceNatHave,
  facts: HostFacts,
  adopting: boolean,
): HostChange {
  const passage = passageOf(have);
  const backend = have.backend;
  // Decided against before: a host without them is blocked.
  if (!passage || !backend)
    throw new Error(`host/source-nat was applied to ${want.host.server} although blocked`);
  const { files, entry, atLeast, sysctl } = wantedOn(want, have, passage, backend);
  const cleaned = adopting ? withoutHandMadeLines(have.handMadeFiles) : [];
  // rc.local may both lose the manual's lines and get ours.
  const rcLocal = cleaned.find((file) => file.path === facts.rcLocal?.path) ?? facts.rcLocal;
  const entryFiles = entry.files.some((file) => file.path === rcLocal?.path)
    ? rulesAtBoot({ init: have.init, ...(rcLocal ? { rcLocal } : {}) }).files
    : entry.files;
  const all = [...files, ...entryFiles];
  const rulesPath = files[0]?.path ?? ownPaths.nftRules;
  return {
    init: facts.init,
    unit: ownUnits.rules,
    sysctl: {},
    touchedSysctl: [...Object.keys(sysctl), ...Object.keys(atLeast)],
    rules: "load",
    backend,
    load: { script: ownPaths.load, rules: rulesPath },
    take: adopting ? have.handMadeRules : [],
    give: [],
    files: [...all, ...cleaned.filter((file) => !all.some((one) => one.path === file.path))],
    remove: have.files.map((file) => file.path).filter((path) => !all.some((file) => file.path === path)),
    enable: entry.enable,
    disable: false,
  };
}

export function isRulesFile(path: string): boolean {
  return path === ownPaths.nftRules || path === ownPaths.iptablesRules;
}

/** Back to `before`: older rules of ours where there were such, rules set by hand where those were adopted. */
export function undoChange(before: SourceNatHave, facts: HostFacts, adopted: boolean): HostChange {
  const oldRules = before.files.find(({ path }) => isRulesFile(path));
  const hasLoad = before.files.some((file) => file.path === ownPaths.load);
  const reload = before.rules !== null && oldRules !== undefined && hasLoad;
  const backend = reload && before.rules ? before.rules.backend : (facts.ownRules?.backend ?? before.backend);
  const kept = new Set(before.files.map((file) => file.path));
  const given = adopted ? before.handMadeFiles : [];
  const withLine = facts.rcLocal && facts.init === "none" && facts.ownUnitEnabled && !before.entryEnabled;
  const rcLocal =
    withLine && facts.rcLocal && !given.some((file) => file.path === facts.rcLocal?.path)
      ? [{ ...withoutLine(facts.rcLocal, ownUnits.rules), mode: before.rcLocal?.mode ?? facts.rcLocal.mode }]
      : [];
  const entry = rulesAtBoot({ init: before.init, ...(facts.rcLocal ? { rcLocal: facts.rcLocal } : {}) });
  return {
    init: facts.init,
    unit: ownUnits.rules,
    sysctl: before.sysctl,
    touchedSysctl: [],
    rules: reload ? "load" : "remove",
    ...(backend ? { backend } : {}),
    ...(reload ? { load: { script: ownPaths.load, rules: oldRules.path } } : {}),
    take: [],
    give: adopted ? before.handMadeRules : [],
    files: [...before.files, ...given, ...rcLocal],
    remove: sourceNatPaths.filter((path) => !kept.has(path)),
    enable: before.entryEnabled ? entry.enable : [],
    disable: !before.entryEnabled,
  };
}

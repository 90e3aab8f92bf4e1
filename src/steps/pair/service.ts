/** What the two services of a pair have in common: files of ours, and a unit that runs and is started at boot. */
import { z } from "zod";
import { changeHost } from "../../host/armed.ts";
import type { HostChange } from "../../host/change.ts";
import type { HostFacts, HostFile } from "../../host/host.ts";
import type { Member } from "../../host/pair/member.ts";
import { systemdEnable } from "../../host/persistence/systemd.ts";
import { insideDevices } from "../../host/wanted-rules.ts";
import { address, deviceName, mac } from "../../spec/forms.ts";
import { gatewayName, hostName } from "../../spec/record-forms.ts";
import { newArming } from "../host/arming.ts";
import { hostAddress, ownFileAt, ownFilesIn } from "../host/host-schema.ts";
import type { Decision, Step } from "../step.ts";

export const memberWant = z.object({
  gateway: gatewayName,
  host: hostAddress,
  /** Of the NIC that clients' packets come to. */
  mac,
  address,
  peer: address,
  /** Of the other proxy's NIC. */
  peerMac: mac.exactOptional(),
  /** Of the NIC that they leave by, where the proxies stand between two networks. */
  outside: z.object({ mac, address, peer: address, peerMac: mac.exactOptional() }).exactOptional(),
  peerName: z.string(),
  peerHost: hostAddress,
  inner: address,
  outer: address,
  ownEip: z.boolean(),
  targets: z.array(hostName),
});

const serviceHave = (paths: readonly string[]) =>
  z.object({
    /** The device with that MAC; null where there is none. */
    device: deviceName.nullable(),
    /** Likewise of the outside. */
    outsideDevice: deviceName.nullable().exactOptional(),
    files: z.array(ownFileAt(paths)),
    enabled: z.boolean(),
    active: z.boolean(),
    /** The rules of the guard are loaded, where it comes with this service. */
    guarded: z.boolean().exactOptional(),
    armed: z.boolean(),
  });

export type MemberWant = z.infer<typeof memberWant>;
export type ServiceHave = z.infer<ReturnType<typeof serviceHave>>;

export interface Service {
  readonly unit: string;
  readonly paths: readonly string[];
  files(member: Member): readonly HostFile[];
  /** Paths of what other steps made for it: removed with it. */
  readonly left?: readonly string[];
  /** Paths whose change only a restart brings into force; for the others a reload does, where the unit has one. */
  readonly restartFor: readonly string[];
}

export interface ServiceStep {
  readonly kind: string;
  readonly service: Service;
  title(want: MemberWant): string;
  /** What is told of it: when nothing is to do, how it will be, what could be noticed (of the first time, or later). */
  words(want: MemberWant): {
    readonly right: string;
    readonly after: string;
    readonly first: string;
    readonly later: string;
  };
}

export function serviceStep({ kind, service, title, words }: ServiceStep): Step<MemberWant, ServiceHave> {
  return {
    kind,
    want: memberWant,
    have: serviceHave(service.paths),
    object: ({ host }) => host.server,
    title,

    async observe(want, world) {
      return { is: "ours", have: serviceState(service, want, await world.host(want.host).facts()) };
    },

    decide(want, observed) {
      if (observed.is === "absent") {
        const because = `nothing is known of ${want.host.server}`;
        return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
      }
      return decideService(service, want, observed.have, words(want));
    },

    async apply(want, observed, world) {
      const host = world.host(want.host);
      const facts = await host.facts();
      const have = observed.is === "absent" ? serviceState(service, want, facts) : observed.have;
      await changeHost(host, serviceChange(service, want, have, facts.init), newArming());
    },

    async undo(want, before, world) {
      if (before.is === "absent") return;
      const host = world.host(want.host);
      await changeHost(host, serviceUndo(service, before.have, (await host.facts()).init), newArming());
    },

    takenBack: ({ peerName }) =>
      `nothing, where ${peerName} or this one goes on; the pair is no pair any more`,

    describe: ({ active, files }) => (files.length === 0 ? "none" : active ? "runs" : "does not run"),

    contents: ({ files }) => files,

    // Whether it runs is not compared: one that died by itself must not keep an undo from taking it away.
    own: ({ files, enabled }) => ({ files, enabled }),
  };
}

function serviceState({ unit, paths }: Service, want: MemberWant, facts: HostFacts): ServiceHave {
  const service = facts.services.find((one) => one.unit === unit);
  return {
    device: insideDevices(facts, [want.mac], want.host.server)[0] ?? null,
    ...(want.outside
      ? { outsideDevice: insideDevices(facts, [want.outside.mac], want.host.server)[0] ?? null }
      : {}),
    files: ownFilesIn(facts, paths),
    enabled: service?.enabled ?? false,
    active: service?.active ?? false,
    ...(service?.guarded === undefined ? {} : { guarded: service.guarded }),
    armed: facts.armed,
  };
}

/** The host as its files are made from it; undefined where it lacks a device. */
function memberFrom({ outside, ...want }: MemberWant, have: ServiceHave): Member | undefined {
  const { device } = have;
  const outsideDevice = outside ? (have.outsideDevice ?? null) : device;
  if (device === null || outsideDevice === null) return undefined;
  return { ...want, device, outsideDevice, ...(outside ? { outside } : {}) };
}

/** Why the service is not as it should be; none when it is. */
function differences(service: Service, member: Member, want: MemberWant, have: ServiceHave): string[] {
  if (have.files.length === 0) return [`${service.unit}.service is not there`];
  const files = service.files(member);
  return [
    ...(have.armed
      ? [
          `${want.host.server} is about to take back a change of an earlier run, which ended before it confirmed it`,
        ]
      : []),
    ...files.filter((file) => !isThere(file, have)).map((file) => `${file.path} is not as it should be`),
    ...(have.enabled ? [] : [`${service.unit}.service is not started at boot`]),
    ...(have.active ? [] : [`${service.unit}.service does not run`]),
    ...(have.guarded === false ? ["the rules of the pair's guard are not loaded"] : []),
  ];
}

function decideService(
  service: Service,
  want: MemberWant,
  have: ServiceHave,
  words: ReturnType<ServiceStep["words"]>,
): Decision {
  const member = memberFrom(want, have);
  if (!member) {
    const missing = have.device === null ? want.mac : want.outside?.mac;
    return {
      action: "blocked",
      because: `no device of ${want.host.server} has the MAC of its NIC (${missing})`,
      hint: `Is it another machine that answers at ${want.host.destination}?`,
      adoptable: false,
    };
  }
  const reasons = differences(service, member, want, have);
  if (reasons.length === 0) return { action: "none", because: words.right };
  return {
    action: have.files.length === 0 ? "create" : "change",
    because: reasons.join("; "),
    after: words.after,
    notice: have.files.length === 0 ? words.first : words.later,
  };
}

function serviceChange(
  service: Service,
  want: MemberWant,
  have: ServiceHave,
  init: HostFacts["init"],
): HostChange {
  const member = memberFrom(want, have);
  // Decided against before: a host without the device is blocked.
  if (!member) throw new Error(`${service.unit} was applied to ${want.host.server} although blocked`);
  const files = service.files(member);
  const changed = files.filter((file) => !isThere(file, have)).map((file) => file.path);
  const restart =
    !have.active || have.guarded === false || service.restartFor.some((path) => changed.includes(path));
  return {
    ...nothing(service, init),
    files: [...files],
    enable: systemdEnable(service.unit, restart ? "restart" : "reload-or-restart"),
  };
}

/** Back to what was: the files of an earlier version, or none and no service. */
function serviceUndo(service: Service, before: ServiceHave, init: HostFacts["init"]): HostChange {
  const kept = new Set(before.files.map((file) => file.path));
  return {
    ...nothing(service, init),
    files: before.files,
    remove: [
      ...service.paths.filter((path) => !kept.has(path)),
      ...(before.files.length === 0 ? (service.left ?? []) : []),
    ],
    enable: before.enabled ? systemdEnable(service.unit, "reload-or-restart") : [],
    disable: !before.enabled,
  };
}

function nothing({ unit }: Service, init: HostFacts["init"]): HostChange {
  const none = { sysctl: {}, touchedSysctl: [], take: [], give: [], files: [], remove: [] };
  return { init, unit, ...none, enable: [], disable: false };
}

function isThere(file: HostFile, { files }: ServiceHave): boolean {
  return files.some(
    (one) => one.path === file.path && one.content === file.content && one.mode === file.mode,
  );
}

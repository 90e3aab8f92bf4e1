/** The two services of a pair, as conntrackd and keepalived run them on one host. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostFacts, HostFile } from "../../host/host.ts";
import { conntrackdConf } from "../../host/pair/conntrackd-conf.ts";
import { guardScript } from "../../host/pair/guard.ts";
import { keepalivedConf } from "../../host/pair/keepalived-conf.ts";
import { pairPaths, pairUnits } from "../../host/pair/paths.ts";
import { pairScripts } from "../../host/pair/scripts.ts";
import { settings } from "../../host/pair/settings.ts";
import { pairUnit, syncUnit } from "../../host/pair/units.ts";
import { factsOf, worldOfHost } from "../testing/still-host.ts";
import { connectionSync } from "./connection-sync.ts";
import { role } from "./role.ts";
import type { MemberWant } from "./service.ts";

const debian = factsOf("debian");
const device = { name: "ens3", mac: "fa:16:3e:00:00:01", mtu: 1500, addresses: ["192.168.125.11/24"] };
const want: MemberWant = {
  gateway: "egress",
  host: { server: "ecs-1", destination: "203.0.113.11" },
  mac: "FA:16:3E:00:00:01",
  address: "192.168.125.11",
  peer: "192.168.125.12",
  peerMac: "fa:16:3e:00:00:02",
  peerName: "ecs-2",
  peerHost: { server: "ecs-2", destination: "203.0.113.12" },
  inner: "192.168.125.251",
  outer: "192.168.125.250",
  ownEip: true,
  targets: ["1.1.1.1", "8.8.8.8"],
};
const file = (path: string, content: string, mode = "644"): HostFile => ({ path, mode, content });
const syncFiles = (member: MemberWant, on = device.name) => [
  file(pairPaths.guard, guardScript({ ...member, device: on, outsideDevice: on }), "755"),
  file(pairPaths.conntrackd, conntrackdConf({ ...member, device: on, outsideDevice: on })),
  file(pairPaths.syncUnit, syncUnit),
];
const roleFiles = (member: MemberWant, on = device.name) => [
  file(pairPaths.keepalived, keepalivedConf({ ...member, device: on, outsideDevice: on })),
  file(pairPaths.settings, settings({ ...member, device: on, outsideDevice: on })),
  file(pairPaths.role, pairScripts.role, "755"),
  file(pairPaths.score, pairScripts.score, "755"),
  file(pairPaths.watch, pairScripts.watch, "755"),
  file(pairPaths.agent, pairScripts.agent, "755"),
  file(pairPaths.takeOver, pairScripts.takeOver),
  file(pairPaths.pairUnit, pairUnit),
];

const services = [
  {
    step: connectionSync,
    unit: pairUnits.sync,
    filesOf: syncFiles,
    first: pairPaths.conntrackd,
    right: "conntrackd tells ecs-2 already",
    after: "conntrackd, to 192.168.125.12",
    notices: [
      "nothing; until both have it, open connections would end with their proxy",
      "nothing; for a second, what is opened is not told to the other proxy",
    ],
  },
  {
    step: role,
    unit: pairUnits.pair,
    filesOf: roleFiles,
    first: pairPaths.keepalived,
    right: "ecs-1 takes part already",
    after: "keepalived, 192.168.125.11 with 192.168.125.12",
    notices: [
      "nothing; the first one that runs becomes the active one",
      "nothing where the other proxy is in sync: it goes on with every open connection",
    ],
  },
];

describe.each(services)("$step.kind", ({ step, unit, filesOf, first, right, after, notices }) => {
  const made: Partial<HostFacts> = {
    ownFiles: filesOf(want),
    services: [{ unit, enabled: true, active: true }],
  };
  const observe = (more: Partial<HostFacts>, member = want) =>
    step.observe(member, worldOfHost({ ...debian, devices: [device], ownFiles: [], services: [], ...more }));
  const decide = async (more: Partial<HostFacts>, member = want) =>
    step.decide(member, await observe(more, member), { adopt: true });
  const files = (change: (one: HostFile) => readonly HostFile[]) => ({
    ownFiles: filesOf(want).flatMap((one) => (one.path === first ? change(one) : [one])),
  });

  test("is made where there is nothing", async () => {
    expect(await decide({})).toEqual({
      action: "create",
      because: `${unit}.service is not there`,
      after,
      notice: notices[0],
    });
  });

  test("is left alone where it is as it should be", async () => {
    expect(await decide(made)).toEqual({ action: "none", because: right });
  });

  test("is mended where the guard's rules are not loaded", async () => {
    const services = [{ unit, enabled: true, active: true, guarded: false }];
    expect(await decide({ ...made, services })).toMatchObject({
      action: "change",
      because: "the rules of the pair's guard are not loaded",
    });
  });

  test.each<[string, Partial<HostFacts>, string]>([
    [
      "is not started at boot",
      { services: [{ unit, enabled: false, active: true }] },
      `${unit}.service is not started at boot`,
    ],
    ["does not run", { services: [{ unit, enabled: true, active: false }] }, `${unit}.service does not run`],
    [
      "is not known to systemd",
      { services: [] },
      `${unit}.service is not started at boot; ${unit}.service does not run`,
    ],
    ["lost a file", files(() => []), `${first} is not as it should be`],
    [
      "has a file that somebody changed",
      files((one) => [{ ...one, content: `${one.content}# mine\n` }]),
      `${first} is not as it should be`,
    ],
    [
      "has a file of another mode",
      files((one) => [{ ...one, mode: "600" }]),
      `${first} is not as it should be`,
    ],
    [
      "was changed by a run that did not confirm it",
      { armed: true },
      "ecs-1 is about to take back a change of an earlier run, which ended before it confirmed it",
    ],
  ])("is mended where it %s", async (_, more, because) => {
    expect(await decide({ ...made, ...more })).toEqual({
      action: "change",
      because,
      after,
      notice: notices[1],
    });
  });

  test("is made anew for another device, and for another partner", async () => {
    const renamed = { ...device, name: "eth7" };
    expect(await decide({ ...made, devices: [renamed] })).toMatchObject({
      action: "change",
      because: expect.stringContaining(`${first} is not as it should be`),
    });
    expect(await decide(made, { ...want, peer: "192.168.125.13", peerName: "ecs-3" })).toMatchObject({
      action: "change",
      because: expect.stringContaining(`${first} is not as it should be`),
    });
  });

  test("is blocked on a host that has no device with the NIC's MAC", async () => {
    expect(await decide({ devices: [{ ...device, mac: "fa:16:3e:00:00:99" }] })).toEqual({
      action: "blocked",
      because: "no device of ecs-1 has the MAC of its NIC (FA:16:3E:00:00:01)",
      hint: "Is it another machine that answers at 203.0.113.11?",
      adoptable: false,
    });
  });

  test("is blocked on a host of which nothing is known", () => {
    expect(step.decide(want, { is: "absent" }, { adopt: true })).toMatchObject({
      action: "blocked",
      because: "nothing is known of ecs-1",
      hint: "Run plan again.",
    });
  });

  test("owns its files and its place in the boot; that it died by itself is no change that somebody made", async () => {
    const other = file("/etc/wayout/load", "#!/bin/sh\n", "755");
    const observed = await observe({ ...made, armed: true, ownFiles: [...filesOf(want), other] });
    if (observed.is === "absent") throw new Error("facts are never absent");
    const own = { files: filesOf(want), enabled: true };
    expect(step.own?.(observed.have, want)).toEqual(own);
    const dead = await observe({ ...made, services: [{ unit, enabled: true, active: false }] });
    if (dead.is === "absent") throw new Error("facts are never absent");
    expect(step.own?.(dead.have, want)).toEqual(own);
  });

  test("reads in a plan as none, running, or not", async () => {
    const text = async (more: Partial<HostFacts>) => {
      const observed = await observe(more);
      return observed.is === "absent" ? "" : step.describe(observed.have);
    };
    expect([await text({}), await text(made), await text({ ...made, services: [] })]).toEqual([
      "none",
      "runs",
      "does not run",
    ]);
  });

  test("after any want is made, there is nothing left to do", async () => {
    const address = fc.integer({ min: 2, max: 250 }).map((end) => `192.168.125.${end}`);
    const members = fc.record({
      address,
      peer: address,
      inner: address,
      outer: address,
      ownEip: fc.boolean(),
      targets: fc.array(fc.constantFrom("1.1.1.1", "www.example.com", "8.8.8.8")),
    });
    const names = fc.constantFrom("eth0", "ens3", "enp1s0f0.100", "bond0");
    await fc.assert(
      fc.asyncProperty(members, names, async (part, name) => {
        const member = { ...want, ...part };
        const there = { ...made, devices: [{ ...device, name }], ownFiles: filesOf(member, name) };
        expect((await decide(there, member)).action).toBe("none");
      }),
      { numRuns: 40 },
    );
  });

  test("has a want and a have that survive the journal's JSON", async () => {
    for (const more of [{}, made, { devices: [] }]) {
      const observed = await observe(more);
      if (observed.is === "absent") throw new Error("facts are never absent");
      expect(step.have.parse(JSON.parse(JSON.stringify(observed.have)))).toEqual(observed.have);
    }
    expect(step.want.parse(JSON.parse(JSON.stringify(want)))).toEqual(want);
  });
});

test("a proxy that gets an EIP of its own, or other targets, changes the role's settings and nothing else", async () => {
  const host = {
    ...debian,
    devices: [device],
    ownFiles: [...syncFiles(want), ...roleFiles(want)],
    services: [
      { unit: pairUnits.sync, enabled: true, active: true },
      { unit: pairUnits.pair, enabled: true, active: true },
    ],
  };
  for (const member of [
    { ...want, ownEip: false },
    { ...want, targets: ["9.9.9.9"] },
  ]) {
    const world = worldOfHost(host);
    expect(role.decide(member, await role.observe(member, world), { adopt: false })).toMatchObject({
      because: "/etc/wayout/pair/settings is not as it should be",
    });
    expect(
      connectionSync.decide(member, await connectionSync.observe(member, world), { adopt: false }),
    ).toMatchObject({ action: "none" });
  }
});

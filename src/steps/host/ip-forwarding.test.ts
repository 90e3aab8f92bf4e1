import { expect, test } from "vitest";
import { type IpForwardingHave, ipForwarding } from "./ip-forwarding.ts";

const want = {
  gateway: "egress",
  host: { server: "ecs-proxy", destination: "203.0.113.10" },
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["fa:16:3e:00:00:03"],
  privateIp: "192.168.125.4",
};
const off: IpForwardingHave = {
  now: "0",
  withIt: {},
  writable: true,
  atBoot: null,
  init: "systemd",
  files: [],
  entryEnabled: false,
  rcLocal: null,
  armed: false,
};
const decide = (have: Partial<IpForwardingHave>) =>
  ipForwarding.decide(want, { is: "ours", have: { ...off, ...have } }, { adopt: false });

test.each<[string, Partial<IpForwardingHave>, string, string]>([
  ["off", {}, "change", "net.ipv4.ip_forward is 0; nothing sets it to 1 at boot"],
  ["on until a boot", { now: "1" }, "change", "nothing sets it to 1 at boot"],
  [
    "off until a boot",
    { atBoot: { value: "1", file: "/etc/sysctl.conf" } },
    "change",
    "net.ipv4.ip_forward is 0",
  ],
  [
    "on by the manual's line",
    { now: "1", atBoot: { value: "1", file: "/etc/sysctl.conf" } },
    "none",
    "net.ipv4.ip_forward is 1, and /etc/sysctl.conf keeps it",
  ],
  [
    "on by an own entry",
    { now: "1", init: "sysv", entryEnabled: true },
    "none",
    "net.ipv4.ip_forward is 1, and it is set at boot",
  ],
  [
    "armed",
    { now: "1", entryEnabled: true, armed: true },
    "change",
    "ecs-proxy is about to take back a change of an earlier run, which ended before it confirmed the change",
  ],
  [
    "not to be set from inside",
    { writable: false },
    "blocked",
    "net.ipv4.ip_forward is 0 and cannot be set from inside ecs-proxy",
  ],
  [
    "overruled at boot",
    { atBoot: { value: "0", file: "/etc/sysctl.d/99-zz.conf" } },
    "blocked",
    "/etc/sysctl.d/99-zz.conf sets net.ipv4.ip_forward to 0 at boot, after every file that Wayout could write",
  ],
  [
    "set to 0 by an earlier file",
    { atBoot: { value: "0", file: "/etc/sysctl.d/10-hard.conf" } },
    "change",
    "net.ipv4.ip_forward is 0; nothing sets it to 1 at boot",
  ],
  [
    "on, with nothing that boots",
    { now: "1", init: "none" },
    "none",
    "net.ipv4.ip_forward is 1, and stays until a boot",
  ],
])("%s", (_name, have, action, because) => {
  expect(decide(have)).toMatchObject({ action, because });
});

test("a host without a boot gets a warning", () => {
  expect(decide({ init: "none" })).toMatchObject({
    warnings: [expect.stringContaining("no boot that Wayout knows")],
  });
});

const byRole = { ...want, byRole: true };
const decideByRole = (have: Partial<IpForwardingHave>) =>
  ipForwarding.decide(byRole, { is: "ours", have: { ...off, ...have } }, { adopt: false });
const unconfirmed =
  "ecs-proxy is about to take back a change of an earlier run, which ended before it confirmed the change";
const nothingSeesToIt = "the standby of a pair must not forward, and nothing sees to that at boot";

test.each<[string, Partial<IpForwardingHave>, string, string]>([
  ["off", {}, "change", nothingSeesToIt],
  [
    "on, since it was alone",
    { now: "1", atBoot: { value: "1", file: "/etc/sysctl.d/99-wayout.conf" } },
    "change",
    nothingSeesToIt,
  ],
  ["left to the role, and standby", { byRole: true }, "none", "ecs-proxy forwards while it is active"],
  [
    "left to the role, and active",
    { byRole: true, now: "1" },
    "none",
    "ecs-proxy forwards while it is active",
  ],
  ["left to the role by a run that did not confirm it", { byRole: true, armed: true }, "change", unconfirmed],
  [
    "not to be set from inside, even where it is left to the role",
    { byRole: true, writable: false },
    "blocked",
    "net.ipv4.ip_forward cannot be set from inside ecs-proxy",
  ],
])("in a pair: %s", (_name, have, action, because) => {
  expect(decideByRole(have)).toMatchObject({ action, because });
});

test.each<[string, Partial<IpForwardingHave>, boolean]>([
  ["a file of somebody else says so at boot", { atBoot: { value: "1", file: "/etc/sysctl.conf" } }, true],
  ["it was switched on by hand", { now: "1" }, true],
  [
    "our own file says so at boot",
    { now: "1", atBoot: { value: "1", file: "/etc/sysctl.d/99-wayout.conf" } },
    false,
  ],
  ["it is off", { atBoot: { value: "0", file: "/etc/sysctl.conf" } }, false],
])("a proxy that comes into a pair may forward for something else, where %s: %j", (_name, have, warned) => {
  expect(decideByRole(have)).toMatchObject({
    warnings: warned ? ["ecs-proxy forwards for something else too; as the standby it will not"] : [],
  });
});

test("a proxy that leaves a pair gets its own forwarding, even where another file says so at boot", () => {
  const left = { byRole: true, now: "1" };
  const reason = "/etc/sysctl.d/99-wayout.conf leaves it to the role of a pair";
  for (const atBoot of [null, { value: "1", file: "/etc/sysctl.d/99-zz.conf" }]) {
    expect(decide({ ...left, atBoot })).toMatchObject({ action: "change", because: reason });
  }
  const none = { value: "0", file: "/etc/sysctl.d/99-wayout.conf" };
  expect(decide({ ...left, now: "0", atBoot: none })).toMatchObject({
    action: "change",
    because: `net.ipv4.ip_forward is 0; ${reason}`,
  });
});

test("whether it is on is the role's in a pair, and no difference to undo; alone it is one", () => {
  const now = (have: Partial<IpForwardingHave>) => ipForwarding.own?.({ ...off, ...have }, want);
  expect(now({ byRole: true, now: "1" })).toEqual(now({ byRole: true, now: "0" }));
  expect(now({ now: "1" })).not.toEqual(now({ now: "0" }));
});

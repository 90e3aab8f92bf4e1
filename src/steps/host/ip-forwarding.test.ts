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

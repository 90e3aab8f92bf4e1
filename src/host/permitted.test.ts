import { expect, test } from "vitest";
import { armScript, confirmScript, type HostChange } from "./change.ts";

const change: HostChange = {
  init: "systemd",
  unit: "wayout",
  sysctl: { "net.ipv4.ip_forward": "1", "net.ipv4.conf.eth0.100.forwarding": "0" },
  touchedSysctl: ["net.netfilter.nf_conntrack_max"],
  take: [],
  give: [],
  files: [{ path: "/etc/rc.local", mode: "755", content: "" }],
  remove: ["/etc/wayout/load"],
  enable: [],
  disable: false,
};

test("a change of what is Wayout's, or of the manual's places, becomes a script", () => {
  expect(armScript(change, "token", 45)).toContain("restore");
});

test("the key of signed adverts can be removed, and not written", () => {
  const path = "/etc/wayout/pair/key";
  expect(confirmScript({ ...change, remove: [path] }, "token")).toContain(`rm -f ${path}`);
  expect(() => armScript({ ...change, files: [{ path, mode: "600", content: "" }] }, "token", 45)).toThrow(
    "must not touch",
  );
});

test.each<[string, Partial<HostChange>]>([
  ["a file of the system's", { files: [{ path: "/etc/cron.d/x", mode: "644", content: "" }] }],
  ["a way out of its own folder", { files: [{ path: "/etc/wayout/../passwd", mode: "644", content: "" }] }],
  ["a mode with more than a mode", { files: [{ path: "/etc/rc.local", mode: "755 /etc/x", content: "" }] }],
  ["a file of the user's that goes", { remove: ["/etc/rc.local"] }],
  ["a unit of others", { unit: "sshd" }],
  ["another kernel parameter", { sysctl: { "kernel.core_pattern": "1" } }],
  ["a parameter outside of its folder", { sysctl: { "net.ipv4.conf.../../../kernel.forwarding": "1" } }],
  ["a value that is no number", { sysctl: { "net.ipv4.ip_forward": "|/tmp/x" } }],
  ["a parameter that is only remembered", { touchedSysctl: ["kernel.core_pattern"] }],
  ["rules from elsewhere", { load: { script: "/tmp/x", rules: "/etc/wayout/rules.nft" } }],
])("%s does not", (_, more) => {
  expect(() => armScript({ ...change, ...more }, "token", 45)).toThrow("must not touch");
});

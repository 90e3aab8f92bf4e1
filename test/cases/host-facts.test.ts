/** Recorded answers of the probe, one file a host, and the facts that are read from each. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { HostFacts } from "../../src/host/host.ts";
import { parseFacts } from "../../src/host/probe/facts.ts";
import { blockingRivals } from "../../src/host/verdict/blocking-rivals.ts";

const folder = new URL("host-facts/", import.meta.url);
const facts = (name: string): HostFacts => parseFacts(readFileSync(new URL(`${name}.txt`, folder), "utf8"));

const eth0 = { name: "eth0", mac: "fa:16:3e:00:00:03", mtu: 1500, addresses: ["192.168.125.4/24"] };
const egress = { device: "eth0", address: "192.168.125.4", via: "192.168.125.1" };
const passage = { egress, insideDevices: ["eth0"], ownAddresses: ["192.168.125.4"] };
const service = { served: ["192.168.125.0/24"], destinations: ["0.0.0.0/0"] };
const blocking = (name: string, backend: "nftables" | "iptables") =>
  blockingRivals(facts(name).rivals, backend, passage, service);

test("every recording has devices, a way out and an init system", () => {
  for (const file of readdirSync(folder)) {
    const read = facts(file.replace(".txt", ""));
    expect(read, file).toMatchObject({ isRoot: true, egress, devices: [eth0], armed: false });
    expect(read.memoryMiB, file).toBeGreaterThan(500);
  }
});

test("a fresh Debian has nft, systemd, no forwarding and nothing of ours or anybody's", () => {
  expect(facts("debian")).toMatchObject({
    osName: "Debian GNU/Linux 12 (bookworm)",
    init: "systemd",
    has: { nft: true, iptables: true, systemctl: true, conntrack: true, curl: true },
    ownFiles: [],
    ownUnitEnabled: false,
    enabledUnits: [],
    handMadeRules: [],
    handMadeFiles: [],
    rivals: [],
  });
  const { sysctl, sysctlReadOnly, ownRules, ipForwardAtBoot } = facts("debian");
  expect(sysctl["net.ipv4.ip_forward"]).toBe("0");
  expect(sysctlReadOnly).toContain("net.netfilter.nf_conntrack_max");
  expect([ownRules, ipForwardAtBoot]).toEqual([undefined, undefined]);
});

test("what Wayout left is recognised, with the tools of Debian and with those of busybox", () => {
  for (const name of ["debian-applied", "busybox-applied"]) {
    const read = facts(name);
    expect(read.ownRules, name).toMatchObject({ backend: "nftables", intact: true });
    expect(read.ownUnitEnabled, name).toBe(true);
    expect(read.ipForwardAtBoot, name).toEqual({ value: "1", file: "/etc/sysctl.d/99-wayout.conf" });
    expect(
      read.ownFiles.map((file) => [file.path, file.mode]),
      name,
    ).toEqual([
      ["/etc/wayout/rules.nft", "644"],
      ["/etc/wayout/load", "755"],
      ["/etc/sysctl.d/99-wayout.conf", "644"],
      ["/etc/systemd/system/wayout.service", "644"],
    ]);
  }
  expect(facts("sysv-applied")).toMatchObject({
    init: "sysv",
    has: { nft: false },
    ownRules: { backend: "iptables", intact: true },
    enabledUnits: ["wayout"],
    handMadeRules: [],
  });
});

test("the manual's traces are found: the rule with its place, rc.local, sysctl.conf", () => {
  const read = facts("sysv-by-hand");
  expect(read.handMadeRules).toEqual([
    {
      rule: "-A POSTROUTING -s 192.168.125.0/24 -o eth0 -j SNAT --to-source 192.168.125.4",
      position: 1,
      backend: "iptables-legacy",
      source: "192.168.125.0/24",
    },
  ]);
  expect(read.handMadeFiles.map((file) => file.path)).toEqual(["/etc/rc.local", "/etc/sysctl.conf"]);
  expect(read.ipForwardAtBoot).toEqual({ value: "1", file: "/etc/sysctl.conf" });
});

test("a CentOS 6 is read through old tools, a talkative login and a file that is not UTF-8", () => {
  const read = facts("centos6");
  expect(read).toMatchObject({
    kernel: "2.6.32-754.35.1.el6.x86_64",
    osName: "CentOS release 6.10 (Final)",
    init: "sysv",
    has: { nft: false, iptables: true, curl: false },
    memoryMiB: 996,
    rcLocal: { path: "/etc/rc.d/rc.local", encoding: "base64" },
  });
  expect(read.handMadeRules.map((rule) => [rule.position, rule.source])).toEqual([[2, "192.168.125.0/24"]]);
  const bytes = Buffer.from(read.rcLocal?.content ?? "", "base64");
  expect(bytes.at(-2)).toBe(0xe4);
});

test("rivals are named with their evidence, and block where they would drop", () => {
  for (const name of ["ufw", "docker"] as const) {
    expect(blocking(`debian-${name}`, "nftables"), name).toMatchObject([
      { name, evidence: "iptables-nft: the policy of FORWARD is DROP" },
    ]);
    expect(blocking(`debian-${name}`, "iptables"), name).toEqual([]);
  }
  expect(blocking("debian-firewalld", "nftables")).toMatchObject([
    { name: "firewalld", evidence: expect.stringContaining("reject with icmpx") },
  ]);
  expect(blocking("debian-firewalld", "iptables")).toHaveLength(1);
  expect(blocking("centos6", "nftables")).toMatchObject([{ name: "iptables" }]);
  expect(blocking("centos6", "iptables")).toEqual([]);
  expect(blocking("debian-applied", "nftables")).toEqual([]);
});

test.each([
  ["192.168.125.20 51000 192.168.125.4 22", { from: "192.168.125.20", port: 22 }],
  ["::ffff:192.168.125.20 51000 ::ffff:192.168.125.4 2222", { from: "192.168.125.20", port: 2222 }],
  ["2001:db8::1 51000 2001:db8::2 22", undefined],
  ["", undefined],
  ["192.168.125.20; reboot 1 2 3", undefined],
  ["192.168.125.20 1 2 $(reboot)", undefined],
])("where the login comes from is read, and nothing else in its place: %s", (line, login) => {
  const text = readFileSync(new URL("debian.txt", folder), "utf8");
  expect(parseFacts(`${text}\n@@wayout login\n${line}\n`).login).toEqual(login);
});

describe("signed adverts", () => {
  const read = (...lines: readonly string[]) =>
    parseFacts(["@@wayout kernel", "6.1", ...lines, "@@wayout end"].join("\n"));
  const fingerprint = "0123456789abcdef";

  test("the version of keepalived, and the configuration that it was started with, are read", () => {
    const { keepalived, signing } = read(
      ...["@@wayout keepalived", "Keepalived v2.4.3 (07/20,2026)", "Config options:  LVS VRRP VRRP_AUTH"],
      ...["@@wayout signing-key", `600 0 ${fingerprint}`],
      ...["@@wayout signing-loaded", "auth_hmac {", "}"],
      "@@wayout signing-behind",
    );
    expect(keepalived).toEqual({ version: "2.4.3", signs: true });
    expect(signing).toEqual({ key: fingerprint, loaded: "auth_hmac {\n}", behind: true });
    expect(read("@@wayout keepalived").keepalived).toBe(undefined);
    expect(read().signing).toEqual({ key: null, loaded: null, behind: false });
  });

  test.each([
    ["that others can read", `644 0 ${fingerprint}`],
    ["of another owner", `600 1000 ${fingerprint}`],
    ["that is malformed", "600 0 "],
    ["with a fingerprint that is none", "600 0 ../../etc/passwd"],
  ])("a key %s is none", (_, line) => {
    expect(read("@@wayout signing-key", line).signing.key).toBe(null);
  });
});

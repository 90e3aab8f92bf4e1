import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderCloudInit } from "./cloud-init.ts";
import { type ByHand, renderShellScript } from "./shell-script.ts";

const wanted: ByHand = {
  gateway: "egress",
  served: ["192.168.126.0/24", "192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["FA:16:3E:00:00:03"],
};

test("the script is one that a shell reads to its end without running it", () => {
  for (const shell of ["dash", "bash"]) {
    const { status, stderr } = spawnSync(shell, ["-n"], { input: renderShellScript(wanted) });
    expect([status, stderr.toString()]).toEqual([0, ""]);
  }
});

test.each([
  { words: ["unod"], takes: false },
  { words: ["undo", "now"], takes: false },
  { words: ["--help"], takes: false },
  { words: [""], takes: false },
  { words: [], takes: true },
  { words: ["undo"], takes: true },
])("the script takes no word but undo: $words", ({ words, takes }) => {
  // Only as far as it looks at its words: the rest would set this machine up.
  const [beginning = ""] = renderShellScript(wanted).split("\nundo() {");
  const { status, stderr } = spawnSync("sh", ["-s", "--", ...words], { input: beginning });
  expect(stderr.toString().includes("usage: sh")).toBe(!takes);
  if (!takes) expect(status).toBe(1);
});

test("the script says what it is for, and has rules for nft and for iptables, units for systemd and SysV", () => {
  const script = renderShellScript(wanted);
  for (const part of [
    "gateway egress",
    "table ip wayout",
    "WAYOUT-SNAT",
    "/etc/systemd/system/wayout.service",
    "/etc/init.d/wayout-forwarding",
    "fa:16:3e:00:00:03",
  ]) {
    expect(script).toContain(part);
  }
});

test("own services that are closed are closed by the script too, which fills in device and login", () => {
  const open = [{ protocol: 6, ports: { first: 8080, last: 8080 }, from: ["192.168.125.0/24"] }];
  const script = renderShellScript({ ...wanted, ownServices: { open }, sshPort: 2222 });
  for (const shell of ["dash", "bash"]) {
    expect(spawnSync(shell, ["-n"], { input: script }).status).toBe(0);
  }
  expect(script).toContain("ip saddr { 192.168.125.0/24 } tcp dport 8080 accept");
  expect(script).toContain("-A WAYOUT-SERVICES -s 192.168.125.0/24 -p tcp --dport 8080:8080 -j RETURN");
  // Each of the three lines for sed that fill the text in.
  const [nft = "", iptables = ""] = script
    .split("\n")
    .filter((line) => line.includes("s/WAYOUT_CLIENTS/$clients/g"));
  for (const line of [nft, iptables]) expect(line).toContain("s/255\\.255\\.255\\.252/$login/g");
  expect(renderShellScript(wanted)).not.toContain('iifname { "WAYOUT_CLIENTS" }');
});

test("the same gateway gives the same script, whatever the order of its subnets", () => {
  const body = (text: string) => text.split("\n").slice(2).join("\n");
  const other = { ...wanted, served: [...wanted.served].reverse() };
  expect(body(renderShellScript(other))).toBe(body(renderShellScript(wanted)));
});

test("cloud-init gets the very same script and runs it", () => {
  const text = renderCloudInit(wanted);
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  expect(parse(text)).toEqual({
    write_files: [
      {
        path: "/etc/wayout/setup",
        owner: "root:root",
        permissions: "0755",
        content: renderShellScript(wanted),
      },
    ],
    runcmd: [["sh", "/etc/wayout/setup"]],
  });
});

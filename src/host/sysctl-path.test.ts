import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { sysctlPath, sysctlPathFunction } from "./sysctl-path.ts";

test.each([
  ["net.ipv4.ip_forward", "net/ipv4/ip_forward"],
  ["net.netfilter.nf_conntrack_max", "net/netfilter/nf_conntrack_max"],
  ["net.ipv4.conf.all.accept_redirects", "net/ipv4/conf/all/accept_redirects"],
  ["net.ipv4.conf.eth0.100.forwarding", "net/ipv4/conf/eth0.100/forwarding"],
])("%s is /proc/sys/%s, here and in a shell", (name, file) => {
  expect(sysctlPath(name)).toBe(`/proc/sys/${file}`);
  const said = execFileSync("sh", ["-c", `${sysctlPathFunction}\nsysctl_path ${name}`], { encoding: "utf8" });
  expect(said).toBe(`/proc/sys/${file}\n`);
});

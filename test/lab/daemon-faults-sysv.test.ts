/** Faults of a proxy like the manual's, with iptables-legacy and without systemd and nft. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { must, wayout } from "./wayout-command.ts";

const name = "test-faults-sysv";
const lab = ["--name", name];

beforeAll(async () => {
  await must("lab", "up", "manual-sysv", ...lab);
});
afterAll(async () => {
  await wayout("lab", "down", ...lab);
});

const rules = async (): Promise<string> =>
  await must("lab", "exec", ...lab, "ecs-proxy", "--", "iptables-save", "-t", "filter");
const plain = (text: string): string[] => text.split("\n").filter((line) => /^[-*]/.test(line));

test.each([
  ["ufw", "-A FORWARD -j ufw-before-forward"],
  ["docker", "-A FORWARD -j DOCKER-USER"],
])("firewall: %s closes the forward path in the backend of the machine", async (kind, rule) => {
  const before = plain(await rules());
  await must("lab", "break", ...lab, "firewall", "ecs-proxy", kind);
  const broken = await rules();
  expect(broken).toContain(":FORWARD DROP");
  expect(broken).toContain(rule);
  await must("lab", "mend", ...lab, "firewall", "ecs-proxy", kind);
  const mended = await rules();
  expect(mended).toContain(":FORWARD ACCEPT");
  expect(plain(mended)).toEqual(before);
});

test("firewall: firewalld is refused, since it needs nft", async () => {
  const refused = await wayout("lab", "break", ...lab, "firewall", "ecs-proxy", "firewalld");
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("ecs-proxy has no nft");
});

test("sshd: no new login while it is broken; it can be mended after a reboot too", async () => {
  await must("lab", "break", ...lab, "sshd", "ecs-proxy");
  expect((await wayout("lab", "ssh", ...lab, "ecs-proxy", "--", "true")).code).toBe(255);
  await must("lab", "mend", ...lab, "sshd", "ecs-proxy");
  await must("lab", "ssh", ...lab, "ecs-proxy", "--", "true");
  await must("lab", "break", ...lab, "sshd", "ecs-proxy");
  await must("lab", "reboot", ...lab, "ecs-proxy");
  await must("lab", "mend", ...lab, "sshd", "ecs-proxy");
  await must("lab", "ssh", ...lab, "ecs-proxy", "--", "true");
});

import { expect, test } from "vitest";
import { firstFiles, interfacesText } from "./first-files.ts";

const wish = {
  hostname: "ecs-proxy",
  serverId: "42",
  authorizedKeys: ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"],
  hostKey: { privateKey: "PRIVATE\n", publicKey: "PUBLIC\n" },
  dns: ["100.125.4.25"],
};
const network = {
  device: "eth0",
  address: "192.168.125.4/24",
  gateway: "192.168.125.1",
  mtu: 1500,
  others: [],
};
const paths = (files: ReturnType<typeof firstFiles>): string[] => files.map(({ path }) => path);
const file = (files: ReturnType<typeof firstFiles>, path: string) => files.find((each) => each.path === path);

test("the network is brought up at boot as cloud-init would have written it", () => {
  expect(interfacesText(network).split("\n").slice(1)).toEqual([
    "auto lo",
    "iface lo inet loopback",
    "",
    "auto eth0",
    "iface eth0 inet static",
    "    address 192.168.125.4/24",
    "    gateway 192.168.125.1",
    "    mtu 1500",
    "",
  ]);
});

test("other NICs have an address and no way out", () => {
  const two = { ...network, others: [{ device: "eth1", address: "10.20.1.4/24" }] };
  expect(interfacesText(two).split("\n").slice(-6)).toEqual([
    "",
    "auto eth1",
    "iface eth1 inet static",
    "    address 10.20.1.4/24",
    "    mtu 1500",
    "",
  ]);
});

test("a server whose network the fabric sets gets no configuration of its own", () => {
  expect(paths(firstFiles(wish))).not.toContain("/etc/network/interfaces");
  expect(paths(firstFiles({ ...wish, network }))).toContain("/etc/network/interfaces");
});

test("private files can be read by their owner alone, and the user's keys belong to the user", () => {
  const files = firstFiles(wish);
  expect(file(files, "/etc/ssh/ssh_host_ed25519_key")).toMatchObject({ mode: 0o600, content: "PRIVATE\n" });
  const keys = "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n";
  expect(file(files, "/root/.ssh/authorized_keys")).toMatchObject({ mode: 0o600, content: keys });
  expect(file(files, "/home/linux/.ssh/authorized_keys")).toMatchObject({
    mode: 0o600,
    owner: 1000,
    content: keys,
  });
});

test("each server has a machine-id of its own, the same at every start", () => {
  const id = (serverId: string) => file(firstFiles({ ...wish, serverId }), "/etc/machine-id")?.content;
  expect(id("42")).toMatch(/^[0-9a-f]{32}\n$/);
  expect(id("42")).toBe(id("42"));
  expect(id("42")).not.toBe(id("43"));
});

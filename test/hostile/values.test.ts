/** Hosts that print other things than devices, addresses and files, and clouds whose ranges cannot be what they say. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Nic, Subnet, Vpc } from "../../src/cloud/cloud.ts";
import { resolveGateways } from "../../src/engine/resolve/gateways.ts";
import { readInventory } from "../../src/engine/resolve/inventory.ts";
import { parseReport } from "../../src/host/pair/report.ts";
import { parseFacts } from "../../src/host/probe/facts.ts";
import { insideDevices } from "../../src/host/wanted-rules.ts";
import { parseSpec } from "../../src/spec/spec.ts";
import { proxyOf } from "../../src/steps/testing/gateways.ts";
import { type Still, stillWorld } from "../../src/steps/testing/still-cloud.ts";

const debian = readFileSync(new URL("../cases/host-facts/debian.txt", import.meta.url), "utf8");
const device = / dev (\S+) src /.exec(debian)?.[1] ?? "";
const facts = (output: string) => parseFacts(output, "ecs-proxy");
const withLine = (section: string, line: string) =>
  debian.replace(`@@wayout ${section}\n`, `@@wayout ${section}\n${line}\n`);

describe("a host's facts", () => {
  const route = (words: string) => debian.replace(/^9\.9\.9\.9 .*$/m, `9.9.9.9 ${words} uid 0`);

  test.each([
    [`via 192.168.125.1 dev eth0"accept src 192.168.125.4`, 'eth0\\"accept'],
    ["via 192.168.125.1 dev eth* src 192.168.125.4", "eth*"],
    ["via 192.168.125.1 dev -i src 192.168.125.4", "-i"],
    ["via 192.168.125.1 dev $(reboot) src 192.168.125.4", "$(reboot)"],
    [`via 192.168.125.1 dev ${device} src 999.168.125.4`, "999.168.125.4"],
    [`via 300.1.1.1 dev ${device} src 192.168.125.4`, "300.1.1.1"],
  ])("the way to the Internet %s is named with the host", (words, value) => {
    expect(() => facts(route(words))).toThrow(
      expect.objectContaining({
        code: "host/bad-fact",
        summary: expect.stringMatching(/^ecs-proxy reports as .* route|^ecs-proxy reports as its router/),
      }),
    );
    expect(() => facts(route(words))).toThrow(value);
  });

  test.each([
    ["own-file 644 base64 /etc/shadow", "/etc/shadow"],
    ["own-file 644 base64 /etc/sysctl.d/../shadow", "/etc/sysctl.d/../shadow"],
    ["own-file 644;reboot base64 /etc/wayout/load", "644;reboot"],
    ["own-file u+s base64 /etc/wayout/load", "u+s"],
    ["hand-made-file 644 base64 /root/.ssh/authorized_keys", "/root/.ssh/authorized_keys"],
    ["rc-local 755 base64 /etc/$(reboot)", "/etc/$(reboot)"],
    ["rc-local 755 base64 etc/rc.local", "etc/rc.local"],
  ])("the file %s is named with the host", (section, value) => {
    expect(() =>
      facts(debian.replace("@@wayout units", `@@wayout ${section}\nYQo=\n@@wayout units`)),
    ).toThrow(
      expect.objectContaining({
        code: "host/bad-fact",
        summary: expect.stringContaining(
          `ecs-proxy reports as the ${/644;|u\+s/.test(value) ? "mode of" : "path of"}`,
        ),
      }),
    );
  });

  test("parameters of odd names and values are not there", () => {
    const { sysctl } = facts(
      [
        "net.ipv4.conf.../../../x.forwarding rw 1",
        'net.ipv4.conf.x"y.forwarding rw 1',
        "kernel.core_pattern rw |x",
        "net.ipv4.conf.eth7.forwarding rw $(reboot)",
        "net.ipv4.conf.eth8.100.forwarding rw 1",
      ].reduce((text, line) => text.replace("@@wayout sysctl\n", `@@wayout sysctl\n${line}\n`), debian),
    );
    const odd = Object.keys(sysctl).filter((name) => /x|kernel|eth7/.test(name.replace("_max", "")));
    expect(odd.filter((name) => !name.startsWith("net.netfilter"))).toEqual([]);
    expect(sysctl["net.ipv4.conf.eth8.100.forwarding"]).toBe("1");
  });

  test("services that are none of ours are not there", () => {
    expect(facts(withLine("services", "sshd$(reboot) yes yes")).services).toEqual([]);
  });

  const odd =
    '7: x"accept: <UP> mtu 1500 qdisc noop state UP \\    link/ether fa:16:3e:00:00:77 brd ff:ff:ff:ff:ff:ff';

  test("a device of an odd name disturbs nobody, unless it carries a NIC of ours", () => {
    const read = facts(withLine("links", odd));
    expect(read.egress?.device).toBe(device);
    const [other] = read.devices.filter(({ name }) => name === device);
    expect(insideDevices(read, [other?.mac ?? ""], "ecs-proxy")).toEqual([device]);
    expect(() => insideDevices(read, ["FA:16:3E:00:00:77"], "ecs-proxy")).toThrow(
      expect.objectContaining({
        code: "host/bad-fact",
        summary: expect.stringContaining("ecs-proxy reports as the device with the MAC fa:16:3e:00:00:77"),
      }),
    );
  });

  test("a NIC without a MAC is no device without one", () => {
    const tunnel = "8: tun0: <UP> mtu 1500 qdisc noop state UP \\    link/none ";
    expect(insideDevices(facts(withLine("links", tunnel)), [""], "ecs-proxy")).toEqual([]);
  });

  test("addresses that are none are not there", () => {
    const read = facts(withLine("addresses", `9: ${device}    inet 1.2.3.4/99 x; inet`));
    expect(read.devices.flatMap(({ addresses }) => addresses)).not.toContain("1.2.3.4/99");
  });
});

test("a time that no clock shows is none", () => {
  expect(parseReport("role=active\nsince=99999999999999999999999\n").sinceMs).toBeNull();
});

describe("ranges and addresses of the cloud", () => {
  const { nic, server } = proxyOf(1);
  const vpc: Vpc = { id: "vpc-1", name: "vpc-demo", cidrs: ["192.168.0.0/16"], sharedSnat: false };
  const subnet: Subnet = {
    id: "net-app",
    name: "subnet-app",
    vpcId: "vpc-1",
    cidr: "192.168.125.0/24",
    gatewayIp: "192.168.125.1",
    dns: [],
  };
  const client = { ...server, id: "server-9", name: "ecs-app-1" };
  const clientNic: Nic = { ...nic, id: "nic-9", serverId: "server-9", ip: "192.168.125.9" };
  const table = { id: "t", name: "t", vpcId: "vpc-1", isDefault: true, routes: [], subnetIds: ["net-app"] };
  const eip = { id: "eip", address: "203.0.113.11", name: "", nicId: nic.id };
  const right: Still = {
    vpcs: [vpc],
    subnets: [subnet],
    servers: [server, client],
    nics: [nic, clientNic],
    routeTables: [table],
    publicIps: [eip],
  };
  const file = parseSpec(
    "cloud: lab\ngateways:\n  - name: egress\n    vpc: vpc-demo\n    proxies: [ecs-1]\n    subnets: [subnet-app]\n",
    "wayout.yaml",
  );
  const resolve = async (more: Still) =>
    resolveGateways(file, await readInventory(stillWorld({ ...right, ...more }).cloud));
  const router = { ...vpc, router: "outside" as const };

  test("are taken where they are right, private floating IPs too", async () => {
    expect((await resolve({}))[0]?.clients.map(({ ip }) => ip)).toEqual(["192.168.125.9"]);
    await resolve({ publicIps: [{ ...eip, address: "10.99.0.7" }] });
    await resolve({ publicIps: [{ ...eip, address: "100.64.0.7" }] });
    await resolve({ vpcs: [{ ...vpc, cidrs: [] }] });
  });

  test("100.64.0.0/10 is a subnet's where the cloud keeps nothing for itself", async () => {
    const inShared: Still = {
      subnets: [{ ...subnet, cidr: "100.64.1.0/24", gatewayIp: "100.64.1.1" }],
      nics: [{ ...nic, ip: "100.64.1.5" }],
      servers: [server],
    };
    await resolve({ ...inShared, vpcs: [{ ...router, cidrs: ["100.64.1.0/24"] }] });
    await expect(
      resolve({ ...inShared, vpcs: [{ ...vpc, cidrs: ["100.64.0.0/16"] }] }),
    ).rejects.toMatchObject({
      code: "spec/unusable-range",
    });
  });

  const range = "spec/unusable-range";
  const address = "spec/unusable-address";
  const subnets = (change: Partial<Subnet>): Still => ({ subnets: [{ ...subnet, ...change }] });
  const everywhere = { vpcs: [{ ...router, cidrs: [] }] };
  test.each<[string, Still, string, string]>([
    ["outside of its VPC", subnets({ cidr: "10.0.0.0/24", gatewayIp: "10.0.0.1" }), range, "6:15"],
    ["wider than its VPC", subnets({ cidr: "192.0.0.0/8" }), range, "6:15"],
    ["of everything", subnets({ cidr: "0.0.0.0/0" }), range, "6:15"],
    [
      "of everything, without a VPC's range",
      { ...subnets({ cidr: "0.0.0.0/0" }), ...everywhere },
      range,
      "6:15",
    ],
    ["of half of everything", { ...subnets({ cidr: "128.0.0.0/1" }), ...everywhere }, range, "6:15"],
    ["of loopback", { ...subnets({ cidr: "127.0.0.0/24" }), ...everywhere }, range, "6:15"],
    ["of link-local", { ...subnets({ cidr: "169.254.0.0/16" }), ...everywhere }, range, "6:15"],
    ["of multicast", { ...subnets({ cidr: "224.1.0.0/24" }), ...everywhere }, range, "6:15"],
    ["with a gateway outside of it", subnets({ gatewayIp: "192.168.126.1" }), address, "6:15"],
    ["of a VPC of everything", { vpcs: [{ ...vpc, cidrs: ["0.0.0.0/0"] }] }, range, "4:10"],
    [
      "of a VPC of link-local",
      { vpcs: [{ ...vpc, cidrs: ["192.168.0.0/16", "169.254.0.0/16"] }] },
      range,
      "4:10",
    ],
    ["with a proxy outside of it", { nics: [{ ...nic, ip: "192.168.126.4" }, clientNic] }, address, "5:15"],
    ["with a client outside of it", { nics: [nic, { ...clientNic, ip: "8.8.8.8" }] }, address, "6:15"],
  ])("a subnet %s blocks, with its place", async (_, more, code, place) => {
    await expect(resolve(more)).rejects.toMatchObject({
      code,
      summary: expect.stringMatching(new RegExp(`^wayout\\.yaml:${place}: `)),
      hint: expect.stringContaining("Nothing was changed"),
    });
  });

  test.each(["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.5", "255.255.255.255"])(
    "the EIP %s is nobody's",
    async (ip) => {
      await expect(resolve({ publicIps: [{ ...eip, address: ip }] })).rejects.toMatchObject({
        code: address,
        summary: expect.stringContaining(`EIP ${ip}`),
      });
    },
  );

  test("a client without IPv4 is none", async () => {
    const [gateway] = await resolve({ nics: [nic, { ...clientNic, ip: "" }] });
    expect(gateway?.clients).toEqual([]);
  });
});

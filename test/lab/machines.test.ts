import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hierarchies } from "../../src/lab/client/cgroups.ts";
import { ensureImage, type LabImage } from "../../src/lab/images/ensure-image.ts";
import { startMachine } from "../../src/lab/machines/machine.ts";
import type { RunningServer } from "../../src/lab/machines/running-server.ts";
import type { LabImageName } from "../../src/lab/state.ts";
import { inside, MachinePlace } from "./machine-place.ts";

const network = {
  device: "eth0",
  address: "192.168.125.4/24",
  gateway: "192.168.125.1",
  mtu: 1450,
  others: [],
};
let place: MachinePlace;
beforeAll(() => {
  place = new MachinePlace("machine");
});
afterAll(() => place.remove());

async function boot(server: string, image: LabImage): Promise<RunningServer> {
  place.namespace(server);
  const machine = await startMachine(place.options(server, image, network));
  await machine.ready();
  return machine;
}

/** Output of a script that must succeed. */
async function must(machine: RunningServer, script: string): Promise<string> {
  const { code, text } = await inside(machine.initPid, script);
  if (code !== 0) throw new Error(`exit ${code}: ${script}\n${text}`);
  return text;
}

const upper = (server: string, path: string): string => join(place.directory, server, "upper", path);

describe.each<LabImageName>(["debian", "sysv"])("a machine of image %s", (name) => {
  let image: LabImage;
  let machine: RunningServer;
  beforeAll(async () => {
    image = await ensureImage(name, { note: (text) => console.error(text) });
    machine = await boot(name, image);
  });
  afterAll(() => machine.stop("SIGKILL"));

  test("has brought up its network from its own disk", async () => {
    expect(await must(machine, "ip -br -4 address show eth0; cat /sys/class/net/eth0/mtu")).toMatch(
      /192\.168\.125\.4\/24\s+1450$/,
    );
    expect(await must(machine, "ip route")).toContain("default via 192.168.125.1 dev eth0");
    expect(await must(machine, "cat /etc/resolv.conf")).toBe("nameserver 100.125.4.25");
    expect(await must(machine, "hostname")).toBe(name);
  });

  test("lets in root and the cloud's user, who may use sudo without a password", async () => {
    expect((await place.ssh(name, "root", "id -un; hostname")).text).toBe(`root\n${name}`);
    expect((await place.ssh(name, "linux", "id -u; sudo -n id -u; sudo -n cat /etc/hostname")).text).toBe(
      `1000\n0\n${name}`,
    );
    expect((await place.ssh(name, "nobody", "true")).code).not.toBe(0);
  });

  test("lets root change its own network's settings, and no other of the kernel's", async () => {
    expect(await must(machine, "sysctl -n net.ipv4.ip_forward")).toBe("0");
    await must(machine, "echo 1 > /proc/sys/net/ipv4/ip_forward");
    expect(await must(machine, "cat /proc/sys/net/ipv4/ip_forward")).toBe("1");
    expect((await inside(machine.initPid, "echo 1 > /proc/sys/kernel/panic")).code).not.toBe(0);
  });

  test("has the tools of a router", async () => {
    await must(machine, "iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE");
    expect(await must(machine, "iptables -t nat -S POSTROUTING")).toContain("-s 10.0.0.0/8 -j MASQUERADE");
    await must(machine, "ss -ltn | grep -q :22; ping -c 1 -W 1 127.0.0.1; curl --version; conntrack -L");
    const legacy = name === "sysv";
    expect(await must(machine, "iptables -V")).toContain(legacy ? "legacy" : "nf_tables");
    expect((await inside(machine.initPid, "nft list ruleset")).code === 0).toBe(!legacy);
    expect((await inside(machine.initPid, "iptables-legacy -S")).code).toBe(0);
    expect((await inside(machine.initPid, "systemctl --version")).code === 0).toBe(!legacy);
  });

  test("keeps its disk over a reboot from inside, and nothing of the kernel's state", async () => {
    await must(machine, "echo net.ipv4.conf.all.forwarding = 0 > /etc/sysctl.d/70-test.conf");
    await must(
      machine,
      "echo net.ipv4.tcp_syn_retries = 3 >> /etc/sysctl.d/70-test.conf; echo 1 > /run/here",
    );
    await must(machine, name === "sysv" ? rcLocal : unit);
    await must(machine, "sysctl -w net.ipv4.ip_forward=1");
    void inside(machine.initPid, "reboot");
    expect(await machine.exited).toEqual({ reboot: true });
    machine = await boot(name, image);
    await vi.waitUntil(() => existsSync(upper(name, "root/booted")), { timeout: 15_000 });
    expect(await must(machine, "sysctl -n net.ipv4.ip_forward net.ipv4.tcp_syn_retries")).toBe("0\n3");
    expect(await must(machine, "iptables-save -t nat; iptables-legacy-save -t nat")).not.toContain(
      "MASQUERADE",
    );
    expect((await inside(machine.initPid, "ls /run/here")).code).not.toBe(0);
  });

  test("reboots in good order when it is asked to from outside", async () => {
    expect(await machine.stop("SIGINT")).toEqual({ reboot: true });
    expect(readFileSync(upper(name, "root/stopped"), "utf8")).toBe("in order\n");
    machine = await boot(name, image);
  });

  test("powers off from inside, and in good order from outside", async () => {
    void inside(machine.initPid, "rm /root/stopped; poweroff");
    expect(await machine.exited).toEqual({ reboot: false });
    expect(readFileSync(upper(name, "root/stopped"), "utf8")).toBe("in order\n");
    machine = await boot(name, image);
    await must(machine, "rm /root/stopped");
    expect(await machine.stop("SIGTERM")).toEqual({ reboot: false });
    expect(readFileSync(upper(name, "root/stopped"), "utf8")).toBe("in order\n");
  });

  test("ends at once when its plug is pulled, and leaves no mount and no control group", async () => {
    machine = await boot(name, image);
    await must(machine, "rm /root/stopped");
    expect(await machine.stop("SIGKILL")).toEqual({ reboot: false });
    expect(existsSync(upper(name, "root/stopped"))).toBe(false);
    expect(existsSync(`/proc/${machine.initPid}`)).toBe(false);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(place.directory);
    for (const root of hierarchies()) expect(existsSync(join(root, place.name, name))).toBe(false);
  });
});

test("on the old image a boot script that comes and goes again leaves no trace", async () => {
  const machine = await boot("traces", await ensureImage("sysv", { note: (text) => console.error(text) }));
  const links = "cd /etc; ls rc?.d; cat init.d/.depend.*";
  const before = await must(machine, links);
  await must(
    machine,
    `cp /etc/init.d/procps /etc/init.d/passing-by; sed -i 's/Provides: .*/Provides: passing-by/' /etc/init.d/passing-by
    update-rc.d passing-by defaults`,
  );
  expect(await must(machine, links)).not.toBe(before);
  await must(machine, "rm /etc/init.d/passing-by; update-rc.d passing-by remove");
  expect(await must(machine, links)).toBe(before);
  await machine.stop("SIGKILL");
});

/** Leaves one file at boot and one at an orderly end. */
const unit = `cat > /etc/systemd/system/marks.service <<'END'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/touch /root/booted
ExecStop=/bin/sh -c 'echo in order > /root/stopped'
[Install]
WantedBy=multi-user.target
END
systemctl enable marks.service; systemctl start marks.service; rm /root/booted`;
const rcLocal = `printf '#!/bin/sh\\ntouch /root/booted\\n' > /etc/rc.local
printf '#!/bin/sh\\necho in order > /root/stopped\\n' > /etc/init.d/marks; chmod 755 /etc/init.d/marks
ln -s ../init.d/marks /etc/rc0.d/K01marks; ln -s ../init.d/marks /etc/rc6.d/K01marks`;

describe("a Debian machine", () => {
  let machine: RunningServer;
  beforeAll(async () => {
    machine = await boot("units", await ensureImage("debian", { note: (text) => console.error(text) }));
  });
  afterAll(() => machine.stop("SIGKILL"));

  test("runs without a failed unit, and its journal can be read", async () => {
    expect(await must(machine, "systemctl is-system-running --wait")).toBe("running");
    expect(await must(machine, "journalctl --unit=ssh --no-pager")).toContain("Server listening on");
  });

  test("runs what a timer was set for, also when the one who set it has gone", async () => {
    await must(
      machine,
      "systemd-run --on-active=1s --timer-property=AccuracySec=100ms touch /root/timer-ran",
    );
    await vi.waitUntil(() => existsSync(upper("units", "root/timer-ran")), { timeout: 15_000 });
  });

  test("has packages to install only through the mirror, keepalived among them", async () => {
    expect((await inside(machine.initPid, "command -v keepalived conntrackd hello")).code).not.toBe(0);
    expect(await must(machine, "cat /etc/apt/sources.list")).toBe(
      "deb [trusted=yes] http://deb.example/debian bookworm main",
    );
  });
});

test("a machine whose network namespace is missing says what went wrong, and leaves no process", async () => {
  const image = await ensureImage("debian", { note: (text) => console.error(text) });
  await expect(startMachine(place.options("nowhere", image, network))).rejects.toMatchObject({
    code: "lab/server-start-failed",
    detail: expect.stringContaining("nowhere"),
  });
  expect(readFileSync("/proc/mounts", "utf8")).not.toContain(place.directory);
});

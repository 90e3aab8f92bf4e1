import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gone, processId } from "../../src/lab/client/process-id.ts";
import { ensureImage, type LabImage } from "../../src/lab/images/ensure-image.ts";
import { LightServers } from "../../src/lab/machines/light-servers.ts";
import { inside, MachinePlace } from "./machine-place.ts";

let place: MachinePlace;
let image: LabImage;
let lights: LightServers;
beforeAll(async () => {
  place = new MachinePlace("light");
  image = await ensureImage("debian", { note: (text) => console.error(text) });
  lights = await LightServers.open();
});
afterAll(async () => {
  await lights.close();
  await place.remove();
});

async function start(server: string, lower: LabImage = image) {
  const namespace = place.namespace(server);
  // As the fabric does for servers without an init system.
  execFileSync("ip", ["-n", namespace, "link", "set", "lo", "up"]);
  const light = await lights.start(place.options(server, lower));
  await light.ready();
  return light;
}

test("a light server lets in root and the cloud's user over SSH, with a terminal and sudo", async () => {
  const light = await start("app");
  expect((await place.ssh("app", "root", "id -un; hostname; cat /proc/1/comm")).text).toBe("root\napp\nsshd");
  expect((await place.ssh("app", "linux", "id -u; sudo -n id -u; echo $LANG")).text).toBe("1000\n0\nC.UTF-8");
  expect((await inside(light.initPid, "script -qec tty /dev/null")).text).toMatch(/^\/dev\/pts\/\d+/);
  await light.stop("SIGKILL");
});

test("a light server has the network tools, and its root no power over the machine below", async () => {
  const light = await start("caged");
  const must = async (script: string): Promise<string> => {
    const { code, text } = await inside(light.initPid, script);
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${text}`);
    return text;
  };
  await must("nft add table ip x; iptables-legacy -S; ss -ltn; conntrack -L; ping -c 1 -W 1 127.0.0.1");
  await must("echo 1 > /proc/sys/net/ipv4/ip_forward; ip link add pipe0 type veth");
  expect((await inside(light.initPid, "echo 1 > /proc/sys/kernel/panic")).code).not.toBe(0);
  // nsenter keeps our capabilities; what a login gets is less.
  const attempts = ["mknod /root/disk b 259 0", "date -s 2001-01-01", "touch /sys/x /dev/x"];
  for (const attempt of attempts) {
    expect((await place.ssh("caged", "root", attempt)).code, attempt).not.toBe(0);
  }
  expect((await place.ssh("caged", "root", "ls /proc | grep -c '^[0-9]'")).text).toMatch(/^\d$/);
  await light.stop("SIGKILL");
});

test("a light server keeps its disk and nothing else over a reboot; each has its own", async () => {
  const [first, other] = await Promise.all([start("first"), start("other")]);
  await inside(first.initPid, "echo kept > /root/file; echo lost > /run/file; chown linux /home/linux/x");
  expect(await first.stop("SIGINT")).toEqual({ reboot: true });
  const again = await start("first");
  expect((await inside(again.initPid, "cat /root/file; ls /run/file")).text).toMatch(
    /^kept\nls: cannot access/,
  );
  expect((await inside(other.initPid, "ls /root/file")).code).not.toBe(0);
  expect(await again.stop("SIGTERM")).toEqual({ reboot: false });
  expect(existsSync(`/proc/${again.initPid}`)).toBe(false);
  await other.stop("SIGKILL");
});

test("a light server of the old image has neither nft nor systemctl", async () => {
  const light = await start("old", await ensureImage("sysv", { note: (text) => console.error(text) }));
  expect((await inside(light.initPid, "nft -v")).code).not.toBe(0);
  expect((await inside(light.initPid, "systemctl --version")).code).not.toBe(0);
  expect((await inside(light.initPid, "iptables -V")).text).toContain("legacy");
  await light.stop("SIGKILL");
});

test("what keeps a light server from starting is told, and the next one starts all the same", async () => {
  await expect(lights.start(place.options("nowhere", image))).rejects.toMatchObject({
    code: "lab/server-start-failed",
    detail: expect.stringContaining("nowhere"),
  });
  place.namespace("homeless");
  await expect(
    lights.start(place.options("homeless", { ...image, lower: ["/does/not/exist"] })),
  ).rejects.toMatchObject({ detail: expect.stringContaining("No such file or directory") });
  const light = await start("next");
  await light.stop("SIGKILL");
});

test("a light server whose sshd dies by itself has ended", async () => {
  const light = await start("mortal");
  await inside(light.initPid, "kill $(cat /run/sshd.pid)");
  expect(await light.exited).toEqual({ reboot: false });
});

test("40 light servers are up side by side and cost under 4 MiB each", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `many-${index}`);
  for (const name of names) place.namespace(name);
  const servers = await Promise.all(names.map((name) => lights.start(place.options(name, image))));
  await Promise.all(servers.map((server) => server.ready()));
  for (const { initPid } of servers) {
    const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${initPid}/smaps_rollup`, "utf8"))?.[1];
    expect(Number(pss)).toBeLessThan(4_096);
  }
  await Promise.all(servers.map((server) => server.stop("SIGKILL")));
});

test("light servers end with the process that started them, also when it is killed", async () => {
  place.namespace("orphan");
  const worker = fileURLToPath(new URL("machines-light-worker.ts", import.meta.url));
  const options = JSON.stringify(place.options("orphan", image));
  const child = spawn(process.execPath, [worker], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(options);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const initPid = processId(Number(line));
  if (!initPid) throw new Error("the light server does not run");
  child.kill("SIGKILL");
  expect(await gone([initPid], 5_000)).toBe(true);
});

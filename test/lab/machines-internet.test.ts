import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureImage } from "../../src/lab/images/ensure-image.ts";
import { type Internet, startInternet } from "../../src/lab/internet/start-internet.ts";
import { LightServers } from "../../src/lab/machines/light-servers.ts";
import type { RunningServer } from "../../src/lab/machines/running-server.ts";
import { internetHosts, internetNames } from "../../src/lab/state.ts";
import { inside, MachinePlace, run } from "./machine-place.ts";

const client = "203.0.113.7";
let place: MachinePlace;
let lights: LightServers;
let server: RunningServer;
let internet: Internet;
let namespace: string;

beforeAll(async () => {
  place = new MachinePlace("net");
  namespace = place.namespace("internet");
  place.namespace("app", namespace);
  const addresses = Object.values(internetHosts).map((address) => `address add ${address}/32 dev lo`);
  batch(namespace, [...addresses, "link set lo up", `route add ${client}/32 dev app-peer`]);
  const routes = Object.values(internetHosts).map((address) => `route add ${address}/32 dev eth0`);
  batch(`${place.name}-app`, [
    "link set lo up",
    `address add ${client}/32 dev eth0`,
    "link set eth0 up",
    ...routes,
  ]);
  const image = await ensureImage("debian", { note: (text) => console.error(text) });
  internet = await startInternet({ namespacePath: `/run/netns/${namespace}`, image, dir: place.directory });
  lights = await LightServers.open();
  server = await lights.start(place.options("app", image));
  await server.ready();
  const { site, other, mirror } = internetNames;
  const hosts = `${internetHosts.site} ${site}\n${internetHosts.other} ${other}\n${internetHosts.mirror} ${mirror}`;
  await must(`printf '%b' '${hosts.replaceAll("\n", "\\n")}\\n' >> /etc/hosts`);
});
afterAll(async () => {
  await internet.stop();
  await lights.close();
  await place.remove();
});

function batch(inNamespace: string, commands: readonly string[]): void {
  execFileSync("ip", ["-n", inNamespace, "-batch", "-"], { input: commands.join("\n") });
}

async function must(script: string): Promise<string> {
  const { code, text } = await inside(server.initPid, script);
  if (code !== 0) throw new Error(`exit ${code}: ${script}\n${text}`);
  return text;
}

test("both sites tell over HTTP which address and port they saw", async () => {
  for (const host of [internetHosts.site, internetNames.other]) {
    const seen = JSON.parse(await must(`curl -sS --local-port 40000-40001 http://${host}/some/path?q=1`));
    expect(seen).toMatchObject({ address: client, host, path: "/some/path?q=1", method: "GET" });
    expect([40000, 40001]).toContain(seen.port);
  }
});

test("HTTPS is trusted by the image, by name and by address", async () => {
  for (const host of [internetNames.site, internetNames.other, internetHosts.site]) {
    expect(JSON.parse(await must(`curl -sS https://${host}/`))).toMatchObject({ address: client, host });
  }
  const elsewhere = await inside(
    server.initPid,
    `curl -sS --resolve x.example:443:${internetHosts.site} https://x.example/`,
  );
  expect(elsewhere.text).toContain("no alternative certificate subject name matches");
});

test("a large download and a large upload arrive whole", async () => {
  const bytes = 50_000_000;
  expect(await must(`curl -sS https://${internetNames.site}/bytes/${bytes} | wc -c`)).toBe(String(bytes));
  const upload = `head -c ${bytes} /dev/zero | curl -sS -T - -X POST http://${internetNames.site}/sink`;
  expect(JSON.parse(await must(upload))).toMatchObject({ received: bytes });
});

test("a slow download takes its time and comes evenly", async () => {
  const url = `http://${internetNames.site}/slow?seconds=1&bytes=100000`;
  const [size, seconds, first] = (
    await must(`curl -sS -o /dev/null -w '%{size_download} %{time_total} %{time_starttransfer}' '${url}'`)
  )
    .split(" ")
    .map(Number);
  expect(size).toBe(100_000);
  expect(seconds).toBeGreaterThan(0.9);
  // It begins long before it ends, however busy the machine is.
  expect(Number(first)).toBeLessThan(Number(seconds) / 2);
  expect((await must(`curl -sS -o /dev/null -w '%{http_code}' '${url}&seconds=x&bytes=-1'`)).trim()).toBe(
    "200",
  );
  expect(
    await must(`curl -sS -o /dev/null -w '%{http_code}' http://${internetNames.site}/slow?seconds=x`),
  ).toBe("400");
});

test("UDP is echoed, from the address that was asked", async () => {
  for (const host of [internetHosts.site, internetHosts.other]) {
    expect(await must(`echo hello | nc -u -w 1 -W 1 ${host} 7`)).toBe("hello");
    const seen = JSON.parse(await must(`echo -n hello | nc -u -p 41000 -w 1 -W 1 ${host} 9000`));
    expect(seen).toEqual({ address: client, port: 41000, payload: "hello" });
  }
});

test("a thousand TCP connections stay open, and each is echoed", async () => {
  const worker = new URL("machines-echo-worker.ts", import.meta.url).pathname;
  const args = [`--net=/run/netns/${place.name}-app`, process.execPath, worker, internetHosts.site, "1000"];
  expect(await run("nsenter", args)).toEqual({ code: 0, text: "1000 echoed twice" });
});

test("the Debian mirror installs packages with what they need", async () => {
  await must("apt-get -qq update && apt-get -qq install -y hello tree");
  expect(await must("hello")).toBe("Hello, world!");
  const plan = await must("apt-get install --simulate -y keepalived conntrackd tcpdump");
  expect(plan).toMatch(/Inst keepalived[\s\S]*Inst conntrackd/);
  await must("apt-get -qq install --download-only -y keepalived conntrackd tcpdump");
  // A second update gets nothing that it has already.
  expect(await must("apt-get update")).toContain("Hit:");
});

test("the mirror serves nothing outside of its directory", async () => {
  const get = (path: string) =>
    must(`curl -sS --path-as-is -o /dev/null -w '%{http_code}' 'http://deb.example${path}'`);
  expect(await get("/debian/dists/bookworm/Release")).toBe("200");
  for (const path of [
    "/",
    "/debian",
    "/debian/dists",
    "/debian/../../ca/key.pem",
    "/debian/%2e%2e/ca/key.pem",
    "/debian/%2e%2e%2fca%2fkey.pem",
    "/debian/%zz",
    "/debian/a%00b",
  ]) {
    expect(await get(path), path).toBe("404");
  }
});

test("every HTTP request is in the log, with what was seen and answered", async () => {
  await must(`curl -sS http://${internetNames.site}/in-the-log`);
  const logged = (): unknown =>
    readFileSync(join(place.directory, "internet.log"), "utf8")
      .split("\n")
      .filter((line) => line.includes("/in-the-log"))
      .map((line) => JSON.parse(line))[0];
  // The line is written when the answer has gone out, which the client may know first.
  await expect.poll(logged, { timeout: 10_000 }).toMatchObject({
    address: client,
    host: internetNames.site,
    status: 200,
  });
});

test("a second Internet in one namespace is not started, and says why", async () => {
  const image = await ensureImage("debian", { note: (text) => console.error(text) });
  await expect(
    startInternet({ namespacePath: `/run/netns/${namespace}`, image, dir: place.directory }),
  ).rejects.toMatchObject({
    code: "lab/internet-not-started",
    detail: expect.stringContaining("EADDRINUSE"),
  });
});

test("the Internet is up again after it was stopped", async () => {
  await internet.stop();
  const image = await ensureImage("debian", { note: (text) => console.error(text) });
  internet = await startInternet({ namespacePath: `/run/netns/${namespace}`, image, dir: place.directory });
  await must(`curl -sS http://${internetNames.site}/again`);
});

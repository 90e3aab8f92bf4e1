/** Ctrl-C ends a command within a second, whatever a cloud or a host makes it wait for. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { openHosts } from "../../src/host/ssh.ts";
import { wayoutIn } from "./command.ts";
import { type Answers, respond, startHostileCloud } from "./hostile-cloud.ts";

const mostMs = 1_000;

async function stopped(folder: string, when: (command: ReturnType<typeof wayoutIn>) => Promise<void>) {
  const command = wayoutIn(folder, ["plan"]);
  await when(command);
  const asked = performance.now();
  command.child.kill("SIGINT");
  const ended = await command.ended();
  return { ...ended, afterMs: performance.now() - asked };
}

const reading = /reading the cloud/;

test.each<readonly [string, Answers, RegExp]>([
  ["no answer", () => undefined, reading],
  [
    "a wait that the cloud asks for",
    (_, __, to) => respond(to, {}, { "retry-after": "60" }, 503),
    /waiting 6\d s before GET .* is sent again, after the answer 503/,
  ],
  [
    "large answers, one after the other",
    (path, _, to, turn) => {
      const list = path.split("/").at(-1) ?? "";
      const items = Array.from({ length: 1000 }, (_, n) => ({
        id: `${turn}-${n}`,
        network_id: "n",
        ip_version: 4,
        cidr: "10.0.0.0/8",
        fixed_ips: Array.from({ length: 50 }, () => ({ ip_address: "10.0.0.1" })),
      }));
      respond(to, { [list.replaceAll("-", "_")]: items });
    },
    reading,
  ],
])("while it reads: %s", async (_, answers, at) => {
  await using cloud = await startHostileCloud(answers, { kind: "openstack" });
  const ended = await stopped(cloud.folder, async (command) => {
    await command.says(at);
    // Somewhere in the middle of the reading.
    await sleep(200);
  });
  expect(ended).toMatchObject({
    code: 1,
    signal: null,
    stderr: expect.stringContaining("code: run/stopped"),
  });
  expect(ended.afterMs).toBeLessThan(mostMs);
});

test("a byte now and then is told after 5 s, and Ctrl-C still ends it", async () => {
  await using cloud = await startHostileCloud((_, __, to) => {
    to.writeHead(200);
    const drip = setInterval(() => to.write(" "), 100);
    to.once("close", () => clearInterval(drip));
  });
  const ended = await stopped(cloud.folder, (command) =>
    command.says(/waiting for GET http:\S+: 5 s, \d\d bytes so far; gives up after 25 s more/),
  );
  expect(ended).toMatchObject({ code: 1, signal: null });
  expect(ended.afterMs).toBeLessThan(mostMs);
}, 20_000);

test("an endpoint that takes the connection and never begins with TLS", async () => {
  const sockets = new Set<{ destroy(): void }>();
  let connected: () => void = () => undefined;
  const there = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    connected();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await using cloud = await startHostileCloud(() => undefined);
  const file = join(cloud.folder, "clouds.yaml");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(/auth_url: .*/, `auth_url: https://127.0.0.1:${address.port}/v3`),
  );
  const ended = await stopped(cloud.folder, () => there);
  expect(ended).toMatchObject({ code: 1, signal: null });
  expect(ended.afterMs).toBeLessThan(mostMs);
});

/** In place of ssh, which says its version first. */
function programInPath(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "wayout-hostile-"));
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\n[ "$1" != -V ] || exit 0\n: > ${folder}/begun\n${script}\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test.each([
  ["says nothing", "exec sleep 60"],
  ["prints endlessly", "while :; do echo line; sleep 0.01; done"],
])("a host that %s is left at once", async (_, script) => {
  const controlDir = programInPath(script);
  const stop = new AbortController();
  const hosts = openHosts({ controlDir, signal: stop.signal });
  let answered = false;
  const answers = (): void => {
    answered = true;
  };
  hosts.host({ server: "p", destination: "192.0.2.1" }).read("true").then(answers, answers);
  await expect.poll(() => existsSync(join(controlDir, "begun")), { timeout: 4000, interval: 20 }).toBe(true);
  const asked = performance.now();
  stop.abort();
  await hosts.close();
  expect(performance.now() - asked).toBeLessThan(mostMs);
  expect(answered, "what was read in part is not reported").toBe(false);
});

test("a script that takes longer than 5 s is told with its host", async () => {
  const controlDir = programInPath("printf 1234567; exec sleep 60");
  const stop = new AbortController();
  const told = new Promise<string>((tell) => {
    const hosts = openHosts({ controlDir, signal: stop.signal, tell });
    const reading = hosts.host({ server: "ecs-proxy", destination: "192.0.2.1" }).read("true");
    reading.catch(() => undefined);
  });
  expect(await told).toBe(
    "waiting for a command on ecs-proxy (192.0.2.1): 5 s, 7 bytes so far; gives up after 55 s more",
  );
  stop.abort();
}, 20_000);

/** The way to a host with a real sshd at its end: each thing that can go wrong has a code of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HostAddress } from "../../src/host/host.ts";
import { type Hosts, openHosts, type SshOptions } from "../../src/host/ssh.ts";
import { HostBench } from "./host-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "wt-ssh-"));
const inFolder = (name: string): string => join(folder, name);
let port: number;
let sshd: ChildProcess;
let opened: Hosts[] = [];

/** A port that is free now: bound once by the kernel's choice, then left. */
async function freePort(): Promise<number> {
  const server = await listening();
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function listening(): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function startSshd(): ChildProcess {
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", inFolder("sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return child;
}

async function untilListening(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (text: Buffer) => {
      if (text.toString().includes("Server listening")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`sshd ended with ${code}`)));
  });
}

/** Writes a client configuration and opens hosts with it. */
function open(lines: Record<string, string> = {}, options: Partial<SshOptions> = {}): Hosts {
  const settings: Record<string, string> = {
    IdentityFile: inFolder("client"),
    IdentitiesOnly: "yes",
    UserKnownHostsFile: inFolder("known"),
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "ask",
    ...lines,
  };
  const path = inFolder(`config-${opened.length}`);
  writeFileSync(
    path,
    `Host *\n${Object.entries(settings)
      .map(([key, value]) => `  ${key} ${value}`)
      .join("\n")}\n`,
  );
  const hosts = openHosts({
    configFile: path,
    controlDir: inFolder("c"),
    connectTimeoutMs: 2000,
    ...options,
  });
  opened.push(hosts);
  return hosts;
}

const here = (more: Partial<HostAddress> = {}): HostAddress => ({
  server: "ecs-proxy",
  destination: "127.0.0.1",
  user: "root",
  port,
  ...more,
});

beforeAll(async () => {
  mkdirSync("/run/sshd", { recursive: true });
  for (const name of ["client", "stranger", "server", "other-server"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", inFolder(name)]);
  }
  port = await freePort();
  writeFileSync(inFolder("authorized"), readFileSync(inFolder("client.pub")));
  chmodSync(inFolder("authorized"), 0o600);
  const known = (name: string): string =>
    `[127.0.0.1]:${port},[localhost]:${port} ${readFileSync(inFolder(`${name}.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ")}\n`;
  writeFileSync(inFolder("known"), known("server"));
  writeFileSync(inFolder("known-other"), known("other-server"));
  writeFileSync(
    inFolder("sshd_config"),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${inFolder("server")}
AuthorizedKeysFile ${inFolder("authorized")}
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
LogLevel INFO
PidFile none
`,
  );
  sshd = startSshd();
  await untilListening(sshd);
});
afterEach(async () => {
  await Promise.all(opened.map((hosts) => hosts.close()));
  opened = [];
});
afterAll(() => {
  sshd.kill();
  rmSync(folder, { recursive: true });
});

describe("a login that works", () => {
  test("runs scripts with any bytes, exit codes and noise of a login shell's files apart", async () => {
    const host = open().host(here());
    expect(await host.read("printf 'one\\n\\ntwo'; echo bad >&2; exit 3")).toEqual({
      exitCode: 3,
      stdout: "one\n\ntwo",
      stderr: "bad\n",
    });
    expect((await host.read("cat; echo end")).stdout).toBe("end\n");
    expect((await host.read(`echo "it's"; set -e; false; echo never`)).stdout).toBe("it's\n");
    expect((await host.read("for number in 1 2 3; do\n echo $number\ndone # last")).stdout).toBe("1\n2\n3\n");
  });

  test("uses one connection for all its scripts, and a new one where it must prove a login", async () => {
    const host = open().host(here());
    const peer = 'echo "$SSH_CONNECTION"';
    const [one, two] = [await host.read(peer), await host.read(peer)];
    expect(one.stdout).toBe(two.stdout);
    expect((await host.writeFresh(peer)).stdout).not.toBe(one.stdout);
    const sockets = readdirSync(inFolder("c"), { withFileTypes: true }).filter((entry) => entry.isSocket());
    expect(sockets.length).toBe(1);
  });

  test("takes a big script and a big answer, and stops at its bound", async () => {
    const host = open({}, { maxOutputBytes: 2_000_000 }).host(here());
    const big = "x".repeat(1_500_000);
    const { stdout } = await host.read(`cat <<'END'\n${big}\nEND`);
    expect(stdout).toBe(`${big}\n`);
    await expect(host.read("while :; do echo 0123456789012345678901234567890; done")).rejects.toMatchObject({
      code: "host/too-much-output",
    });
    expect((await host.read("echo alive")).stdout).toBe("alive\n");
  });

  test("ends a script that takes too long, and goes on with the next", async () => {
    const host = open().host(here());
    await host.read(":");
    // Long enough for the script to begin on a busy machine: before that the host counts as one that gave no answer.
    await expect(host.read("sleep 60", { timeoutMs: 5000 })).rejects.toMatchObject({
      code: "host/timeout",
      retry: true,
    });
    expect((await host.read("echo alive")).stdout).toBe("alive\n");
  });

  test("names the command that failed in a write, and its last words", async () => {
    const host = open().host(here());
    const failing = host.write("echo something >&2; echo 'wayout: failed: nft -f rules' >&2; exit 7");
    await expect(failing).rejects.toMatchObject({
      code: "host/command-failed",
      summary: "on ecs-proxy, this failed: nft -f rules",
      detail: expect.stringMatching(/^ssh .*127\.0\.0\.1[\s\S]*exit code 7[\s\S]*something/),
    });
  });

  test("connects again after its connection was lost", async () => {
    const host = open().host(here());
    await expect(host.write("echo begun; sleep 1; kill -9 $PPID; sleep 5")).rejects.toMatchObject({
      code: "host/connection-lost",
    });
    expect((await host.read("echo again")).stdout).toBe("again\n");
  });

  test("reads through a connection whose other end died unnoticed", async () => {
    const host = open().host(here());
    const session = (await host.read("echo $PPID")).stdout.trim();
    execFileSync("kill", ["-9", session]);
    expect((await host.read("echo again")).stdout).toBe("again\n");
  });

  test("remembers the facts until something is written", async () => {
    const host = open().host(here());
    const first = await host.facts();
    expect(await host.facts()).toBe(first);
    expect(await host.facts({ anew: true })).not.toBe(first);
    const second = await host.facts();
    await host.write(":");
    expect(await host.facts()).not.toBe(second);
    expect(first).toMatchObject({ isRoot: true, kernel: expect.stringMatching(/^\d+\.\d+/) });
  });

  test("goes over a jump host of the address", async () => {
    const host = open({}).host(here({ jump: `root@localhost:${port}` }));
    expect((await host.read("echo there")).stdout).toBe("there\n");
  });

  test("is not disturbed by what the user's configuration has for people", async () => {
    const hosts = open({
      RemoteCommand: "echo hello",
      RequestTTY: "force",
      LogLevel: "QUIET",
      LocalForward: `${port} 127.0.0.1:1`,
    });
    expect((await hosts.host(here()).read("echo there")).stdout).toBe("there\n");
  });
});

describe("a login that fails", () => {
  test("refused: nobody listens there", async () => {
    const host = open().host(here({ port: await freePort() }));
    await expect(host.read(":")).rejects.toMatchObject({
      code: "host/unreachable",
      retry: true,
      detail: expect.stringContaining("Connection refused"),
    });
  });

  test("silent: somebody listens and says nothing", async () => {
    const server = await listening();
    const address = server.address();
    const silent = address !== null && typeof address === "object" ? address.port : 0;
    await expect(
      open()
        .host(here({ port: silent }))
        .read(":"),
    ).rejects.toMatchObject({
      code: "host/unreachable",
      retry: true,
    });
    server.close();
  });

  test("a name that does not exist", async () => {
    const host = open().host(here({ destination: "no-such-host.invalid" }));
    await expect(host.read(":")).rejects.toMatchObject({ code: "host/unreachable" });
  });

  test("unknown host key: the hint is the command that makes it known", async () => {
    const host = open({ UserKnownHostsFile: inFolder("none") }).host(here());
    await expect(host.read(":")).rejects.toMatchObject({
      code: "host/unknown-host-key",
      hint: expect.stringContaining(`ssh-keyscan -p ${port} -- 127.0.0.1 >> ~/.ssh/known_hosts`),
    });
  });

  test("changed host key: the hint is the command that forgets the old one", async () => {
    const host = open({ UserKnownHostsFile: inFolder("known-other") }).host(here());
    await expect(host.read(":")).rejects.toMatchObject({
      code: "host/host-key-changed",
      hint: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${port}' -f ${inFolder("known-other")}`),
    });
  });

  test("a key that is not let in", async () => {
    const host = open({ IdentityFile: inFolder("stranger") }).host(here());
    await expect(host.read(":")).rejects.toMatchObject({ code: "host/auth-failed", retry: false });
  });

  test("a configuration that ssh does not understand", async () => {
    const host = open({ NoSuchOption: "yes" }).host(here());
    await expect(host.read(":")).rejects.toMatchObject({ code: "host/ssh-config" });
  });

  test("no ssh on this machine", async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      await expect(open().host(here()).read(":")).rejects.toMatchObject({ code: "host/no-ssh-client" });
    } finally {
      process.env.PATH = path;
    }
  });

  test("a folder for sockets with too long a path", () => {
    const controlDir = join(folder, "x".repeat(100));
    expect(() => openHosts({ controlDir })).toThrowError(/sockets is longer than/);
  });
});

describe("a login that is not root's", () => {
  let bench: HostBench;
  beforeAll(async () => {
    bench = await HostBench.up("manual", "host-ssh");
  });
  afterAll(() => bench.down());

  test("becomes root by sudo without a password, whatever its login shell is", async () => {
    const linux = bench.world.host({ ...bench.want.host, user: "linux" });
    expect((await linux.read("id -u; cat")).stdout).toBe("0\n");
    await bench.onProxy(
      "printf '#!/bin/bash\\necho hello from a strange shell\\nexec bash \"$@\"' > /usr/local/bin/odd; chmod 755 /usr/local/bin/odd; usermod -s /usr/local/bin/odd linux",
    );
    expect((await linux.writeFresh("id -u")).stdout).toBe("0\n");
    expect((await linux.facts()).isRoot).toBe(true);
  });

  test("says so where sudo wants a password, and where there is none", async () => {
    const linux = bench.world.host({ ...bench.want.host, user: "linux" });
    await bench.onProxy(
      "mv /etc/sudoers /etc/sudoers.not; mv /etc/sudoers.d /etc/sudoers.d.not; printf 'linux ALL=(ALL) ALL\\n' > /etc/sudoers; chmod 440 /etc/sudoers",
    );
    await expect(linux.writeFresh("id -u")).rejects.toMatchObject({
      code: "host/not-root",
      detail: expect.stringContaining("a password is required"),
      hint: expect.stringContaining("linux ALL=(root) NOPASSWD: ALL"),
    });
    await bench.onProxy("mv /usr/bin/sudo /usr/bin/sudo.not");
    await expect(linux.writeFresh("id -u")).rejects.toMatchObject({ code: "host/not-root" });
  });
});

/** Real ssh and sshd: a configuration that forwards everything, hosts that print ssh's own words, peers that are no sshd. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostAddress } from "../../src/host/host.ts";
import { type Hosts, openHosts } from "../../src/host/ssh.ts";
import { destination, jumps, SshServer } from "./ssh-server.ts";

const server = new SshServer();
let opened: Hosts[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  await server.up();
  // ForwardX11 asks for nothing without it.
  process.env.DISPLAY = "127.0.0.1:99";
  process.env.WAYOUT_TEST_SECRET = "secret";
});
beforeEach(() => {
  server.asked();
  for (const name of localCommands()) rmSync(server.path(name));
});
afterEach(async () => {
  await Promise.all(opened.map((hosts) => hosts.close()));
  opened = [];
});
afterAll(() => {
  process.env = environment;
  server.down();
});

function localCommands(): string[] {
  return readdirSync(server.folder).filter((name) => name.startsWith("local-"));
}

function open(configFile: string): Hosts {
  const hosts = openHosts({ configFile, controlDir: join(server.folder, "c"), connectTimeoutMs: 3000 });
  opened.push(hosts);
  return hosts;
}

const here = (more: Partial<HostAddress> = {}): HostAddress => ({
  server: "ecs-proxy",
  destination,
  port: server.port,
  ...more,
});
const twoJumps = () => `root@${jumps[0]}:${server.port},${jumps[1]}:${server.port}`;
const what = 'echo "agent:$SSH_AUTH_SOCK display:$DISPLAY mine:$MINE sent:$WAYOUT_TEST_SECRET"; tty';

describe("a configuration that forwards everything", () => {
  test("does so in a login by hand, at the jump host too", async () => {
    const config = server.config("by-hand", server.greedy(false));
    const stdout = await server.plain(config, ["-J", `root@${jumps[0]}:${server.port}`, destination, what]);
    expect(stdout).toMatch(/agent:\/\S+ display:\S+ mine:secret sent:secret/);
    expect(server.asked()).toEqual(
      expect.arrayContaining(["auth-agent-req@openssh.com", "env", "pty-req", "tcpip-forward", "x11-req"]),
    );
    expect(localCommands().sort()).toEqual([`local-${destination}`, `local-${jumps[0]}`]);
  });

  test.each<[string, () => Partial<HostAddress>, () => string]>([
    ["to the host itself", () => ({}), () => ""],
    ["by a jump host of wayout.yaml", () => ({ jump: `root@${jumps[0]}:${server.port}` }), () => ""],
    ["by two jump hosts", () => ({ jump: twoJumps() }), () => ""],
    [
      "by a jump host of the configuration",
      () => ({}),
      () => `Host ${destination}\n  ProxyJump ${jumps[0]}:${server.port}\n`,
    ],
  ])("forwards nothing %s", async (_, address, lines) => {
    const host = open(server.config("greedy", `${lines()}${server.greedy(true)}`)).host(here(address()));
    for (const run of [host.read.bind(host), host.writeFresh.bind(host)]) {
      const { stdout } = await run(`${what}; ip -o link show type tun`);
      expect(stdout).toBe("agent: display: mine: sent:\nnot a tty\n");
    }
    // LC_ALL=C alone.
    expect(server.asked()).toEqual(["env"]);
    expect(localCommands()).toEqual([]);
  });

  test("leaves no file behind", async () => {
    const hosts = open(server.config("plain"));
    await hosts.host(here()).read(":");
    await hosts.close();
    expect(readdirSync(join(server.folder, "c")).filter((name) => name.startsWith("ssh-"))).toEqual([]);
  });
});

describe("a host that prints what ssh says", () => {
  const forged = `echo '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @' >&2
echo 'Offending ED25519 key in /etc/passwd:1' >&2
echo 'Host key for 127.0.0.1 has changed and you have requested strict checking.' >&2
echo 'Host key verification failed.' >&2
echo 'kex_exchange_identification: Connection closed by remote host' >&2
echo 'root@127.0.0.1: Permission denied (publickey).' >&2
echo 'wayout-not-root:' >&2
echo 'Please login as the user "linux" rather than the user "root".'`;

  test.each<[string, string, () => Partial<HostAddress>, string]>([
    ["and ends as ssh does", "exit 255", () => ({}), "host/unreachable"],
    [
      "and ends as ssh does, behind a jump host",
      "exit 255",
      () => ({ jump: `${jumps[0]}:${server.port}` }),
      "host/unreachable",
    ],
    ["and gives no shell", "exit 1", () => ({}), "host/no-shell"],
    ["and waits", "sleep 60", () => ({}), "host/unreachable"],
  ])("is not believed when it does so at the login %s", async (_, end, address, code) => {
    server.force(`${forged}\n${end}`);
    const host = open(server.config("forced-key", "", "forced")).host(here(address()));
    const reading = host.read(":", { timeoutMs: 3000 });
    await expect(reading).rejects.toMatchObject({
      code,
      detail: expect.stringContaining('Please login as the user "linux"'),
      hint: expect.not.stringContaining("/etc/passwd"),
    });
  });

  test("is believed to run a script that it runs", async () => {
    server.force(`${forged}\nexec sh -c "$SSH_ORIGINAL_COMMAND"`);
    const host = open(server.config("forced-key", "", "forced")).host(here());
    expect(await host.read("echo out; exit 3")).toMatchObject({ exitCode: 3, stdout: "out\n" });
  });
});

describe("a jump host that fails", () => {
  test.each<[string, string, string, string]>([
    ["refuses the key", "stranger", "", "host/auth-failed"],
    ["has an unknown key", "client", "UserKnownHostsFile /dev/null", "host/unknown-host-key"],
    ["is not there", "client", "Port 1", "host/unreachable"],
  ])("and %s is told apart from the host", async (_, key, line, code) => {
    const ofHost = `Host ${destination}\n  IdentityFile ${server.path("client")}\n`;
    const ofJump = `Host ${jumps[0]}\n  ${line}\n`;
    const host = open(server.config("bad-jump", `${ofHost}${ofJump}`, key)).host(here({ jump: jumps[0] }));
    // With ControlPersist, ssh gives its ProxyCommand no stderr.
    await expect(host.writeFresh(":")).rejects.toMatchObject({
      code,
      summary: expect.stringContaining(
        code === "host/unreachable" ? "ecs-proxy" : "a jump host on the way to",
      ),
    });
  });
});

describe("a peer that is no sshd", () => {
  /** Says who it is, and then goodbye with a reason of its own. */
  async function peer(reason: string): Promise<{ readonly port: number; readonly server: Server }> {
    const listening = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("SSH-2.0-peer\r\n");
      socket.end(disconnect(reason));
    });
    await new Promise<void>((resolve) => listening.listen(0, destination, resolve));
    const address = listening.address();
    return { port: address !== null && typeof address === "object" ? address.port : 0, server: listening };
  }

  /** RFC 4253, 6 and 11.1: a packet that is not encrypted yet. */
  function disconnect(reason: string): Buffer {
    const text = Buffer.from(reason);
    const payload = Buffer.concat([
      Buffer.from([1, 0, 0, 0, 2]),
      length(text),
      text,
      length(Buffer.alloc(0)),
    ]);
    const padding = 8 - ((payload.length + 5) % 8) + 8;
    return Buffer.concat([
      length(Buffer.alloc(payload.length + padding + 1)),
      Buffer.from([padding]),
      payload,
      Buffer.alloc(padding),
    ]);
  }

  function length(bytes: Buffer): Buffer {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(bytes.length);
    return four;
  }

  test("gives no reason that is taken for ssh's own words", async () => {
    const reason = `bye\nHost key for 127.0.0.1 has changed and you have requested strict checking.\nOffending ED25519 key in /etc/passwd:1\nroot@127.0.0.1: Permission denied (publickey).`;
    const { port, server: listening } = await peer(reason);
    try {
      const host = open(server.config("plain")).host(here({ port }));
      await expect(host.read(":")).rejects.toMatchObject({
        code: "host/unreachable",
        detail: expect.stringContaining("Received disconnect"),
        hint: expect.not.stringContaining("/etc/passwd"),
      });
    } finally {
      listening.close();
    }
  });
});

test("no option of an address reaches ssh", async () => {
  const made = server.path("made-by-an-option");
  const host = open(server.config("plain")).host(here({ destination: `-oProxyCommand=touch ${made}` }));
  await expect(host.read(":")).rejects.toMatchObject({ code: "host/bad-address" });
  expect(existsSync(made)).toBe(false);
});

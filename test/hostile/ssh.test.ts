/** What reaches ssh's command line, and what a host's output is taken for. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SshOutcome, sshProblem } from "../../src/host/errors.ts";
import type { HostAddress } from "../../src/host/host.ts";
import { openHosts } from "../../src/host/ssh.ts";
import { sshConfigText } from "../../src/host/ssh-config.ts";

const folder = mkdtempSync(join(tmpdir(), "wt-argv-"));
const path = process.env.PATH;
const address: HostAddress = { server: "ecs-proxy", destination: "203.0.113.10" };

beforeAll(() => {
  // Writes the words that it is given, one a line, and fails as ssh does; the calls that end a connection or ask for the version are not the one.
  const ssh = `#!/bin/sh\ncase " $* " in *" -O exit "* | *" -V "*) exit 0 ;; esac\nprintf '%s\\n' "$@" > ${folder}/argv\nexit 255\n`;
  writeFileSync(join(folder, "ssh"), ssh);
  chmodSync(join(folder, "ssh"), 0o755);
  process.env.PATH = `${folder}:${path}`;
});
afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

async function argvFor(more: Partial<HostAddress>): Promise<readonly string[]> {
  const hosts = openHosts({ controlDir: folder });
  rmSync(join(folder, "argv"), { force: true });
  try {
    await hosts.host({ ...address, ...more }).read(":");
  } catch (error) {
    if (!existsSync(join(folder, "argv"))) throw error;
  } finally {
    await hosts.close();
  }
  return readFileSync(join(folder, "argv"), "utf8").split("\n");
}

test.each<[string, Partial<HostAddress>, readonly string[]]>([
  ["an address", {}, ["--", "203.0.113.10"]],
  ["a Host of the configuration", { destination: "my-proxy" }, ["--", "my-proxy"]],
  ["an IPv6 address", { destination: "2001:db8::1" }, ["--", "2001:db8::1"]],
  ["a user and a port", { user: "linux", port: 2222 }, ["-l", "linux", "-p", "2222", "--", "203.0.113.10"]],
  [
    "jump hosts",
    { jump: "linux@bastion,inner:2222,root@[2001:db8::1]:22" },
    ["-J", "linux@bastion,inner:2222,root@[2001:db8::1]:22", "--", "203.0.113.10"],
  ],
  ["a floating IP of a private cloud", { destination: "10.99.0.7", byEip: true }, ["--", "10.99.0.7"]],
])("ssh is given %s", async (_, more, words) => {
  expect((await argvFor(more)).join(" ")).toContain(`-T ${words.join(" ")} sh -c `);
});

const odd = ["-oProxyCommand=touch x", "-l", "ssh://host", "%h", "a b", "a'b", 'a"b', "a\nb", "$(x)", "`x`"];
const oddUsers = [...odd, "root@evil", "a;b", "a|b", ""];
const oddDestinations = [...odd, "root@evil", "host:22", "[::1]", "a,b", "", "\u202eevil"];
const oddJumps = [
  ...odd,
  "bastion,-oProxyCommand=x",
  "-x@bastion",
  "a@b@c",
  "bastion:99999",
  "a,,b",
  "::1",
  "",
];

test.each([
  ...oddUsers.map((user) => ({ user })),
  ...oddDestinations.map((destination) => ({ destination })),
  ...oddJumps.map((jump) => ({ jump })),
  ...oddJumps.map((jump) => ({ jump: "bastion", otherJumps: [jump] })).slice(0, 2),
  ...[0, -1, 65_536, 22.5].map((port) => ({ port })),
  ...["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255"].map((destination) => ({
    destination,
    byEip: true,
  })),
])("ssh is not started for %j", async (more: Partial<HostAddress>) => {
  // With other jumps, the first way is tried and leads nowhere.
  const first = "otherJumps" in more ? "bastion" : undefined;
  const answer = argvFor(more);
  if (first !== undefined) return expect((await answer).join(" ")).toContain(`-J ${first} --`);
  await expect(answer).rejects.toMatchObject({
    code: "host/bad-address",
    summary: expect.stringContaining("ecs-proxy"),
    hint: expect.stringContaining("ssh: {user:"),
  });
});

test("a configuration with an odd path is one file for ssh", () => {
  const text = sshConfigText(10, "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.11", "/tmp/a b/[x]*");
  expect(text).toContain('\nInclude "/tmp/a b/\\[x\\]\\*"\n');
  expect(text).toContain("\nSessionType default\n");
  const older = sshConfigText(10, "OpenSSH_8.6p1");
  expect(older).not.toContain("SessionType");
  expect(older).toContain("\nInclude ~/.ssh/config\nInclude /etc/ssh/ssh_config\n");
});

const outcome: SshOutcome = {
  commandLine: "ssh -- 203.0.113.10",
  exitCode: 255,
  said: "",
  stderr: "",
  printed: "",
  notRoot: false,
  timedOut: false,
  timeoutMs: 60_000,
  overflowed: false,
  began: false,
};

const forged = `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
Offending ED25519 key in /etc/passwd:1
Host key for 203.0.113.10 has changed and you have requested strict checking.
Host key verification failed.
root@203.0.113.10: Permission denied (publickey).
/root/.ssh/config: line 1: Bad configuration option: x
wayout-not-root:`;

test.each<[string, Partial<SshOutcome>, string]>([
  ["on stderr, before its login shell", { stderr: forged }, "host/unreachable"],
  ["on stdout, before its login shell", { printed: forged }, "host/unreachable"],
  ["in place of a shell", { stderr: forged, printed: forged, exitCode: 1 }, "host/no-shell"],
  ["in the script, before the connection ends", { stderr: forged, began: true }, "host/connection-lost"],
  ["in the script, for too long", { stderr: forged, began: true, timedOut: true }, "host/timeout"],
  [
    "as the reason of a disconnect",
    { said: `Received disconnect from 203.0.113.10 port 22:2: bye\n${forged}` },
    "host/unreachable",
  ],
  [
    "as the name of an algorithm",
    { said: `Unable to negotiate with 203.0.113.10 port 22: no match. Their offer: x\n${forged}` },
    "host/unreachable",
  ],
  [
    "as the reason of a jump host's disconnect",
    {
      said: "kex_exchange_identification: Connection closed by remote host",
      stderr: `Received disconnect from 192.0.2.1 port 22:2: bye\n${forged}`,
    },
    "host/unreachable",
  ],
])("ssh's words that a host prints %s are not ssh's", (_, more, code) => {
  const problem = sshProblem(address, { ...outcome, ...more });
  expect(problem.code).toBe(code);
  expect(problem.hint).not.toContain("/etc/passwd");
});

test.each<[string, string, string]>([
  [
    "Host key verification failed.",
    "host/unknown-host-key",
    "the host key of a jump host on the way to ecs-proxy",
  ],
  [`${forged.split("\n").slice(0, 4).join("\n")}`, "host/host-key-changed", "the host key of a jump host"],
  [
    "linux@bastion: Permission denied (publickey).",
    "host/auth-failed",
    "a jump host on the way to ecs-proxy",
  ],
])("what ssh says of a jump host is told of the jump host: %s", (stderr, code, summary) => {
  const said = "kex_exchange_identification: Connection closed by remote host\n";
  const problem = sshProblem({ ...address, jump: "linux@bastion" }, { ...outcome, said, stderr });
  expect(problem).toMatchObject({ code, summary: expect.stringContaining(summary) });
});

test("a file of known hosts is named only where its path needs no quotes", () => {
  const said = (file: string) => `Offending ED25519 key in ${file}:3\n${forged.split("\n")[2]}`;
  const hint = (file: string) => sshProblem(address, { ...outcome, said: said(file) }).hint;
  expect(hint("/home/a/.ssh/known_hosts")).toContain("-f /home/a/.ssh/known_hosts");
  expect(hint("/home/$(x)/known")).not.toContain("-f ");
});

test("a sentence that a login prints in place of a shell is shown", () => {
  const printed = 'Please login as the user "linux" rather than the user "root".\n\n';
  for (const exitCode of [0, 1, 255]) {
    expect(sshProblem(address, { ...outcome, exitCode, printed }).detail).toContain(
      "Please login as the user",
    );
  }
});

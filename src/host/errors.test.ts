import { expect, test } from "vitest";
import { commandFailed, type SshOutcome, sshProblem } from "./errors.ts";

const address = { server: "ecs-proxy", destination: "203.0.113.10", user: "linux" };
const outcome: SshOutcome = {
  commandLine: "ssh -l linux -- 203.0.113.10",
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

/** What OpenSSH 5.3 to 9.2 print. */
test.each([
  ["ssh: connect to host 203.0.113.10 port 22: Connection refused", "host/unreachable", true],
  ["ssh: connect to host 203.0.113.10 port 22: Connection timed out", "host/unreachable", true],
  ["ssh: connect to host 203.0.113.10 port 22: No route to host", "host/unreachable", true],
  ["ssh: Could not resolve hostname proxy: Name or service not known", "host/unreachable", true],
  ["kex_exchange_identification: Connection closed by remote host", "host/unreachable", true],
  ["linux@203.0.113.10: Permission denied (publickey).", "host/auth-failed", false],
  [
    "Received disconnect from 203.0.113.10 port 22:2: Too many authentication failures",
    "host/auth-failed",
    false,
  ],
  ["Host key verification failed.", "host/unknown-host-key", false],
  [
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.",
    "host/host-key-changed",
    false,
  ],
  ["/home/a/.ssh/config: line 3: Bad configuration option: foo", "host/ssh-config", false],
  ["Bad owner or permissions on /home/a/.ssh/config", "host/ssh-config", false],
])("%s", (said, code, retry) => {
  expect(sshProblem(address, { ...outcome, said })).toMatchObject({ code, retry });
});

test.each(["sudo: a password is required", "sudo: sorry, you must have a tty to run sudo"])(
  "%s",
  (stderr) => {
    const problem = sshProblem(address, { ...outcome, stderr, notRoot: true });
    expect(problem).toMatchObject({ code: "host/not-root", detail: expect.stringContaining(stderr) });
  },
);

test("a host that is not reached may also be one that full-size packets do not reach", () => {
  expect(sshProblem(address, outcome).hint).toContain("MTU");
});

test("a connection that ends in a script is lost, not unreachable; one in time neither", () => {
  expect(sshProblem(address, { ...outcome, began: true }).code).toBe("host/connection-lost");
  expect(sshProblem(address, { ...outcome, began: true, timedOut: true }).code).toBe("host/timeout");
  expect(sshProblem(address, { ...outcome, timedOut: true }).code).toBe("host/unreachable");
  expect(
    sshProblem(address, { ...outcome, exitCode: 1, printed: "This account is not available" }),
  ).toMatchObject({
    code: "host/no-shell",
    detail: expect.stringContaining("This account is not available"),
  });
});

test("a long outcry is told by its end", () => {
  const stderr = `${"noise\n".repeat(1000)}nft: syntax error`;
  const problem = commandFailed(address, { commandLine: "ssh proxy", exitCode: 1, stderr });
  expect(problem.summary).toBe("a script on ecs-proxy failed with exit code 1");
  expect(problem.detail?.length).toBeLessThan(2100);
  expect(problem.detail).toContain("nft: syntax error");
});

test.each([
  ["cp: cannot create regular file '/etc/wayout': Read-only file system", /a file system is read-only/],
  ["cat: write error: No space left on device", /a disk is full.*df -h/],
  ["mv: cannot move: Operation not permitted", /immutable file/],
  ["sh: 3: cannot create /etc/x: Permission denied", /immutable file/],
  ["Error: syntax error", /By hand: ssh -- linux@203\.0\.113\.10$/],
  ["", /By hand: ssh/],
])("a failed write has a hint: %s", (stderr, hint) => {
  expect(commandFailed(address, { commandLine: "ssh", exitCode: 1, stderr }).hint).toMatch(hint);
});

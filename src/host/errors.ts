/**
 * What can go wrong on the way to a host, decided here and nowhere else from ssh's exit code and its own words. What the host prints is shown,
 * and decides nothing.
 */
import { type CommandOption, command } from "../report/command.ts";
import { Problem } from "../report/problem.ts";
import type { HostAddress } from "./host.ts";

/** One finished (or killed) ssh process. */
export interface SshOutcome {
  /** The command line as one could paste it. */
  readonly commandLine: string;
  readonly exitCode: number | undefined;
  /** What ssh says itself: it writes that to a file (-E), to which nothing of the host goes. */
  readonly said: string;
  /** What came through ssh from the host, and what the ssh of a jump host or a ProxyCommand says, which has no file of its own. */
  readonly stderr: string;
  /** On stdout, ahead of the script. */
  readonly printed: string;
  /** The login is not root and cannot become it, as the remote command says under a mark that was made for this call. */
  readonly notRoot: boolean;
  readonly timedOut: boolean;
  /** Milliseconds the call was given. */
  readonly timeoutMs: number;
  /** More output came than is kept. */
  readonly overflowed: boolean;
  /** The script had been started on the host. */
  readonly began: boolean;
}

const sshFailed = 255;

/** The problem that an ssh process ran into before or instead of finishing its script. */
export function sshProblem(address: HostAddress, outcome: SshOutcome): Problem {
  const name = address.server;
  const seen = [outcome.said, outcome.stderr, outcome.began ? "" : outcome.printed].map(tail);
  const detail = [outcome.commandLine, ...seen].filter((text) => text !== "").join("\n");
  const { text, atJump } = ownWords(outcome);
  if (outcome.timedOut) {
    return new Problem({
      code: outcome.began ? "host/timeout" : "host/unreachable",
      summary: outcome.began
        ? `${name} did not finish within ${outcome.timeoutMs / 1000} s`
        : `no answer from ${name} within ${outcome.timeoutMs / 1000} s`,
      detail,
      hint: `Try it by hand: ${outcome.commandLine}`,
      retry: true,
    });
  }
  if (outcome.overflowed) {
    return new Problem({
      code: "host/too-much-output",
      summary: `${name} printed more than Wayout reads from one command`,
      detail,
    });
  }
  if (outcome.notRoot) return notRoot(address, detail, outcome.stderr);
  const changed = /^@ +WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! +@$|^Host key for \S+ has changed /m;
  const unknown = /^Host key verification failed\.$|^No \S+ host key is known for /m;
  if (atJump && (changed.test(text) || unknown.test(text))) {
    const isChanged = changed.test(text);
    return new Problem({
      code: isChanged ? "host/host-key-changed" : "host/unknown-host-key",
      summary: `the host key of a jump host on the way to ${name} ${isChanged ? "has changed" : "is not known yet"}`,
      detail,
      hint: `"detail" of --json shows what ssh says of the jump host. Log in once by hand and compare the key's fingerprint: ${loginCommand(address)}`,
    });
  }
  if (changed.test(text)) {
    return new Problem({
      code: "host/host-key-changed",
      summary: `${name} shows another host key than the one known for ${address.destination}`,
      detail,
      hint:
        "Somebody may be in between, or the server was built anew. If it was, forget the old key: " +
        command("ssh-keygen", { options: [["-R", knownHostsName(address)], ...knownHostsFile(text)] }),
    });
  }
  if (unknown.test(text)) {
    return new Problem({
      code: "host/unknown-host-key",
      summary: `the host key of ${name} (${address.destination}) is not known yet`,
      detail,
      hint:
        `Log in once by hand and compare the key's fingerprint: ${loginCommand(address)} ; or, where the network ` +
        `can be trusted: ${keyscanCommand(address)} >> ~/.ssh/known_hosts`,
    });
  }
  const refused =
    /^\S+: Permission denied \([a-z0-9,-]+\)\.$|^Received disconnect from \S+ port \d+:\d+: Too many authentication failures$/m;
  if (refused.test(text)) {
    return new Problem({
      code: "host/auth-failed",
      summary: atJump
        ? `a jump host on the way to ${name} refused the login`
        : `${name} refused the login${address.user ? ` of ${address.user}` : ""}`,
      detail,
      hint: `Check user and key (ssh-add -l shows the agent's keys) with: ${loginCommand(address)}`,
    });
  }
  if (
    /: Bad configuration option: |: terminating, .* bad configuration|^Bad owner or permissions on /m.test(
      text,
    )
  ) {
    return new Problem({
      code: "host/ssh-config",
      summary: "ssh does not accept its configuration",
      detail,
      hint: "Correct the file and line named above.",
    });
  }
  if (outcome.exitCode === sshFailed || outcome.exitCode === undefined || outcome.began) {
    return new Problem({
      code: outcome.began ? "host/connection-lost" : "host/unreachable",
      summary: outcome.began ? `the connection to ${name} was lost` : `cannot reach ${name} over SSH`,
      detail,
      hint:
        "Is it running, has it an EIP, does its security group let SSH in from here, do packets of full size " +
        `get through (MTU)? Try: ${loginCommand(address)}`,
      retry: true,
    });
  }
  return new Problem({
    code: "host/no-shell",
    summary: `the login on ${name} cannot run a POSIX shell`,
    detail: `${detail}\nexit code ${outcome.exitCode}`,
    hint: `Use a login that gets a shell: ${loginCommand(address, ["sh", "-c", "id"])}`,
  });
}

/** Where ssh ends before any login: all that it hears on stderr then is from this machine, the ssh of a jump host or a ProxyCommand. */
const beforeLogin = /^(kex|ssh)_exchange_identification: |^banner exchange: |during banner exchange$/m;

/** In these the peer chooses words, and line breaks: what follows may be anything. */
const wordsOfPeer = /^(Received disconnect from \S+ port \d+:\d+: |Unable to negotiate with )/m;

function ownWords({ said, stderr, began }: SshOutcome): { readonly text: string; readonly atJump: boolean } {
  if (began) return { text: "", atJump: false };
  const own = withoutPeer(said);
  const atJump = beforeLogin.test(own) && stderr.trim() !== "";
  return atJump ? { text: `${own}\n${withoutPeer(stderr)}`, atJump } : { text: own, atJump };
}

/** The line that a peer's words begin in is kept to its end: a server says in it why it refuses a login. */
function withoutPeer(text: string): string {
  const start = wordsOfPeer.exec(text)?.index;
  if (start === undefined) return text;
  const end = text.indexOf("\n", start);
  return end < 0 ? text : text.slice(0, end);
}

/** A script that ran and said no. */
export function commandFailed(
  address: HostAddress,
  failed: { readonly commandLine: string; readonly exitCode: number; readonly stderr: string },
): Problem {
  const line = /^wayout: failed: (.*)$/m.exec(failed.stderr)?.[1];
  return new Problem({
    code: "host/command-failed",
    summary: line
      ? `on ${address.server}, this failed: ${line}`
      : `a script on ${address.server} failed with exit code ${failed.exitCode}`,
    detail: `${failed.commandLine}\nexit code ${failed.exitCode}\n${tail(failed.stderr)}`.trim(),
    hint: hintFor(address, failed.stderr),
  });
}

/** What stands in the way on the host itself, by the words of strerror(3). */
const obstacles: readonly (readonly [RegExp, string])[] = [
  [
    /Read-only file system/i,
    "a file system is read-only. See why (findmnt, dmesg), make it writable, and run it again",
  ],
  [
    /No space left on device|Disk quota exceeded/i,
    "a disk is full. Make room (df -h, df -i), and run it again",
  ],
  [
    /Operation not permitted|Permission denied/i,
    "root itself is not allowed to: an immutable file (lsattr), the limits of a container, SELinux or AppArmor. Allow it, and run it again",
  ],
];

function hintFor(address: HostAddress, stderr: string): string {
  const found = obstacles.find(([words]) => words.test(stderr))?.[1];
  if (found) return `On ${address.server}, ${found}.`;
  return `See what ${address.server} printed, above or in "detail" of --json. By hand: ${loginCommand(address)}`;
}

/** ssh itself could not be started. */
export function noSshClient(cause: unknown): Problem {
  return new Problem({
    code: "host/no-ssh-client",
    summary: "there is no ssh command on this machine",
    hint: "Install OpenSSH's client, on Debian: apt-get install openssh-client",
    cause,
  });
}

/** How a person would log in there, and run `remote` where it is given. */
export function loginCommand(address: HostAddress, remote: readonly string[] = []): string {
  const { jump, port, user, destination } = address;
  return command("ssh", {
    options: [...(jump ? [["-J", jump] as const] : []), ...(port ? [["-p", String(port)] as const] : [])],
    operands: [user ? `${user}@${destination}` : destination, ...remote],
  });
}

function keyscanCommand({ port, destination }: HostAddress): string {
  return command("ssh-keyscan", {
    options: port ? [["-p", String(port)]] : [],
    operands: [destination],
  });
}

function notRoot(address: HostAddress, detail: string, text: string): Problem {
  const why = /sudo: (.*)/.exec(text)?.[1] ?? "there is no sudo";
  return new Problem({
    code: "host/not-root",
    summary: `the login on ${address.server} is not root and cannot become root without a password`,
    detail: `${detail}\nsudo -n: ${why}`,
    hint:
      "Log in as root, or allow the user sudo without a password and without a terminal, in /etc/sudoers.d/: " +
      `${address.user ?? "USER"} ALL=(root) NOPASSWD: ALL`,
  });
}

function knownHostsName(address: HostAddress): string {
  return address.port && address.port !== 22
    ? `[${address.destination}]:${address.port}`
    : address.destination;
}

function knownHostsFile(text: string): readonly CommandOption[] {
  // A path of the user's own configuration; one that would need quotes is left out.
  const file = /^Offending \S+ key in ([\w./~@+-]+):\d+$/m.exec(text)?.[1];
  return file ? [["-f", file]] : [];
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-12).join("\n").slice(-2000);
}

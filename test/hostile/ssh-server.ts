/** A real sshd on loopback that allows all that a client may ask for, and a client configuration that asks for all of it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The destination, and two addresses of the same sshd for jump hosts: ssh refuses a jump host with the destination's name. */
export const destination = "127.0.0.1";
export const jumps = ["127.0.0.2", "127.0.0.3"] as const;

export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), "wt-hostile-"));
  port = 0;
  #sshd: ChildProcess | undefined;
  #agent = 0;
  #log = "";

  async up(): Promise<void> {
    mkdirSync("/run/sshd", { recursive: true });
    for (const name of ["client", "forced", "server", "stranger"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.path(name)]);
    }
    const agent = execFileSync("ssh-agent", ["-s", "-a", this.path("agent")], { encoding: "utf8" });
    this.#agent = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1]);
    this.port = await freePort();
    const key = readFileSync(this.path("server.pub"), "utf8").split(" ").slice(0, 2).join(" ");
    const names = [destination, ...jumps].map((name) => `[${name}]:${this.port}`).join(",");
    writeFileSync(this.path("known"), `${names} ${key}\n`);
    this.force("true");
    writeFileSync(
      this.path("sshd_config"),
      `Port ${this.port}
${[destination, ...jumps].map((ip) => `ListenAddress ${ip}`).join("\n")}
HostKey ${this.path("server")}
AuthorizedKeysFile ${this.path("authorized")}
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
AllowAgentForwarding yes
AllowTcpForwarding yes
X11Forwarding yes
PermitTunnel yes
AcceptEnv *
LogLevel DEBUG1
PidFile none
MaxStartups 100
`,
    );
    const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", this.path("sshd_config")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#sshd = sshd;
    await new Promise<void>((resolve, reject) => {
      sshd.stderr.on("data", (text: Buffer) => {
        this.#log += text.toString();
        if (this.#log.includes(`Server listening on ${jumps[1]}`)) resolve();
      });
      sshd.once("exit", (code) => reject(new Error(`sshd ended with ${code}`)));
    });
  }

  down(): void {
    this.#sshd?.kill();
    if (this.#agent > 0) process.kill(this.#agent);
    // The background ssh of a shared connection removes its socket when it hears of the end.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** What the key "forced" runs in place of what is asked for. */
  force(command: string): void {
    const key = (name: string) => readFileSync(this.path(`${name}.pub`), "utf8");
    writeFileSync(this.path("forced.sh"), `${command}\n`);
    const forced = `command="sh ${this.path("forced.sh")}" ${key("forced")}`;
    writeFileSync(this.path("authorized"), `${key("client")}${forced}`);
    chmodSync(this.path("authorized"), 0o600);
  }

  /** What sshd was asked for since the last call. */
  asked(): string[] {
    const asked = [
      ...this.#log.matchAll(/server_input_global_request: rtype (\S*forward\S*)/g),
      ...this.#log.matchAll(/server_input_channel_req: channel \d+ request ((?:auth-agent|x11|env|pty)\S*)/g),
      ...this.#log.matchAll(/server_input_channel_open: ctype (tun\S*)/g),
    ].map((match) => match[1] ?? "");
    this.#log = "";
    return [...new Set(asked)].sort();
  }

  /** Client settings by which a login works. @param lines stand ahead of them. */
  config(name: string, lines = "", key = "client"): string {
    const text = `${lines}
Host *
  User root
  Port ${this.port}
  IdentityFile ${this.path(key)}
  IdentitiesOnly yes
  UserKnownHostsFile ${this.path("known")}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`;
    writeFileSync(this.path(name), text, { mode: 0o600 });
    return this.path(name);
  }

  /** All that a configuration can have done for a connection, to any host. @param all also what a login by hand would hang at. */
  greedy(all: boolean): string {
    return `Host *
  ForwardAgent yes
  IdentityAgent ${this.path("agent")}
  ForwardX11 yes
  ForwardX11Trusted yes
  XAuthLocation /nowhere/xauth
  PermitLocalCommand yes
  LocalCommand touch ${this.path("local-%h")}
  RemoteForward 127.0.0.9:0 127.0.0.1:9
  RequestTTY force
  SetEnv MINE=secret
  SendEnv WAYOUT_TEST_*
  GatewayPorts yes
${all ? "  Tunnel yes\n  SessionType none\n  StdinNull yes\n  ForkAfterAuthentication yes\n  RemoteCommand echo hello\n" : ""}`;
  }

  /** What a login prints that has the configuration alone. */
  async plain(config: string, args: readonly string[]): Promise<string> {
    const ssh = spawn("ssh", ["-F", config, "-n", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    let printed = "";
    ssh.stdout.on("data", (text: Buffer) => {
      printed += text.toString();
    });
    await new Promise((resolve) => ssh.once("close", resolve));
    return printed;
  }
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

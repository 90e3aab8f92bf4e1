/** Network namespaces, disks and files for servers that a test starts by itself, without a lab around them. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hierarchies, removeCgroup } from "../../src/lab/client/cgroups.ts";
import type { LabImage } from "../../src/lab/images/ensure-image.ts";
import { firstFiles, type NetworkSettings } from "../../src/lab/machines/first-files.ts";
import type { MachineOptions } from "../../src/lab/machines/machine.ts";

const prefix = "wt-place-";

export interface Ran {
  readonly code: number;
  readonly text: string;
}

export class MachinePlace {
  readonly name: string;
  readonly directory: string;
  readonly #namespaces = new Set<string>();

  /** Removes what places of dead test processes left, then makes a new one. */
  constructor(label: string) {
    sweep();
    this.name = `${prefix}${process.pid}-${label}`;
    this.directory = mkdtempSync(join(tmpdir(), `${this.name}-`));
    const keygen = ["-q", "-t", "ed25519", "-N", "", "-C", "wayout test", "-f", join(this.directory, "key")];
    execFileSync("ssh-keygen", keygen);
  }

  async remove(): Promise<void> {
    for (const namespace of this.#namespaces) execFileSync("ip", ["netns", "del", namespace]);
    await removeCgroup(this.name);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A namespace, new where one of this name was: with an eth0 whose other end is `eth0-peer` in namespace `peer`. */
  namespace(label: string, peer?: string): string {
    const name = `${this.name}-${label}`;
    if (this.#namespaces.has(name)) execFileSync("ip", ["netns", "del", name]);
    execFileSync("ip", ["netns", "add", name]);
    this.#namespaces.add(name);
    const other = peer ?? name;
    const link = `ip -n ${other} link add ${label}-peer type veth peer name eth0 netns ${name}`;
    // The namespace that was removed takes its link with it, but not at once.
    execFileSync("sh", ["-c", `ip -n ${other} link del ${label}-peer 2>/dev/null; ${link}`]);
    execFileSync("ip", ["-n", other, "link", "set", `${label}-peer`, "up"]);
    return name;
  }

  /** What starts a server of this name; the namespace and the disk have the same name. */
  options(server: string, image: LabImage, network?: NetworkSettings): MachineOptions {
    const publicKey = readFileSync(join(this.directory, "key.pub"), "utf8");
    return {
      server,
      image,
      namespacePath: `/run/netns/${this.name}-${server}`,
      disk: join(this.directory, server),
      cgroup: `${this.name}/${server}`,
      files: firstFiles({
        hostname: server,
        serverId: `${this.name} ${server}`,
        authorizedKeys: [publicKey.trim()],
        hostKey: { privateKey: readFileSync(join(this.directory, "key"), "utf8"), publicKey },
        dns: ["100.125.4.25"],
        ...(network ? { network } : {}),
      }),
    };
  }

  /** Logs in over SSH from inside the server's own network namespace. */
  ssh(server: string, user: string, command: string): Promise<Ran> {
    const known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    const options = ["-q", "-i", join(this.directory, "key"), "-o", "BatchMode=yes", ...known];
    return run("ip", [
      "netns",
      "exec",
      `${this.name}-${server}`,
      "ssh",
      ...options,
      `${user}@127.0.0.1`,
      command,
    ]);
  }
}

/** Runs a shell script as root inside a server, in all its namespaces. */
export function inside(initPid: number, script: string): Promise<Ran> {
  const into = ["-t", String(initPid), "-m", "-u", "-i", "-n", "-p", "-r", "-w"];
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return run("nsenter", [...into, "env", "-i", path, "sh", "-c", script]);
}

export function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ code, text: `${stdout}${stderr}`.trim() });
    });
  });
}

function sweep(): void {
  const left = (directory: string): readonly string[] =>
    (existsSync(directory) ? readdirSync(directory) : []).filter((name) => {
      const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
      return pid !== undefined && !existsSync(`/proc/${pid}`);
    });
  for (const name of left("/run/netns")) execFileSync("ip", ["netns", "del", name]);
  for (const name of left(tmpdir())) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  for (const root of hierarchies()) {
    for (const name of left(root))
      execFileSync("find", [join(root, name), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
  }
}

/**
 * Servers with packets: what Nova's fake driver only claims. Each is of the lab's Debian image in a network namespace that is
 * plugged into its Neutron ports: a machine with its own systemd, or a light one with sshd alone. And the Internet around them.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { removeCgroup } from "../../src/lab/client/cgroups.ts";
import { Resolver } from "../../src/lab/fabric/resolver.ts";
import { ensureImage, type LabImage } from "../../src/lab/images/ensure-image.ts";
import { type Internet, startInternet } from "../../src/lab/internet/start-internet.ts";
import { firstFiles } from "../../src/lab/machines/first-files.ts";
import { LightServers } from "../../src/lab/machines/light-servers.ts";
import { startMachine } from "../../src/lab/machines/machine.ts";
import type { RunningServer } from "../../src/lab/machines/running-server.ts";
import { internetHosts } from "../../src/lab/state.ts";
import { inside, type Ran } from "../lab/machine-place.ts";
import { type Ended, run, wayoutPath } from "../lab/wayout-command.ts";
import {
  cloudsFile,
  internetNamespace,
  lease,
  namespaceOf,
  nodeNamespace,
  plugIn,
  plugOut,
} from "./cloud.ts";
import type { Server } from "./project.ts";

const cgroup = "wayout-openstack-test";

export class Servers {
  readonly folder = mkdtempSync(join(tmpdir(), "wayout-openstack-"));
  readonly #image: LabImage;
  readonly #light: LightServers;
  readonly #internet: Internet;
  readonly #resolver: Resolver;
  readonly #running = new Map<string, RunningServer>();

  private constructor(image: LabImage, light: LightServers, internet: Internet, resolver: Resolver) {
    this.#image = image;
    this.#light = light;
    this.#internet = internet;
    this.#resolver = resolver;
    this.#makeSshWorld();
  }

  /** The Internet answers when this resolves. Removes the namespaces that a crashed run left. */
  static async open(): Promise<Servers> {
    for (const name of namespaces()) plugOut(name);
    const note = (text: string): void => void process.stderr.write(`${text}\n`);
    const image = await ensureImage("debian", { note });
    const namespacePath = `/run/netns/${internetNamespace}`;
    const internet = await startInternet({ namespacePath, image, dir: tmpdir() });
    const resolver = new Resolver(internetNamespace, internetHosts.dns, note);
    await resolver.start();
    return new Servers(image, await LightServers.open(), internet, resolver);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((server) => server.stop("SIGKILL")));
    await this.#light.close();
    await this.#resolver.stop();
    await this.#internet.stop();
    await removeCgroup(cgroup);
    for (const name of namespaces()) plugOut(name);
    rmSync(this.folder, { recursive: true });
  }

  /** Plugs it in, lets DHCP say its addresses, starts it; resolves when it can be logged in to. */
  async start(server: Server, kind: "machine" | "light"): Promise<void> {
    const devices = server.portIds.map((portId, index) => ({ portId, device: `eth${index}` }));
    for (const { portId, device } of devices) plugIn(server.name, portId, device);
    await vi.waitUntil(() => this.lease(server), { timeout: 120_000, interval: 500 });
    const options = {
      server: server.name,
      image: this.#image,
      namespacePath: `/run/netns/${namespaceOf(server.name)}`,
      disk: join(this.folder, server.name),
      files: firstFiles({
        hostname: server.name,
        serverId: server.id,
        authorizedKeys: [readFileSync(join(this.folder, "user-key.pub"), "utf8").trim()],
        hostKey: {
          privateKey: readFileSync(join(this.folder, "host-key"), "utf8"),
          publicKey: readFileSync(join(this.folder, "host-key.pub"), "utf8"),
        },
        dns: [internetHosts.dns],
      }),
    };
    const running =
      kind === "light"
        ? await this.#light.start(options)
        : await startMachine({ ...options, cgroup: `${cgroup}/${server.name}` });
    this.#running.set(server.name, running);
    await running.ready();
  }

  /**
   * As when a lease is renewed; says whether it was. The first device last: its default route is the one that stays.
   */
  lease(server: Server): boolean {
    return server.portIds
      .map((_, index) => index)
      .reverse()
      .every((index) => lease(server.name, `eth${index}`));
  }

  /** All cables between the server and the cloud. The agents leave them alone: only up and down are changed. */
  cable(server: Server, state: "down" | "up"): void {
    for (const portId of server.portIds) {
      execFileSync("ip", ["-n", nodeNamespace, "link", "set", `tap${portId.slice(0, 11)}`, state]);
    }
  }

  async inside(server: Server, script: string): Promise<Ran> {
    const running = this.#running.get(server.name);
    if (!running) throw new Error(`${server.name} does not run`);
    return await inside(running.initPid, script);
  }

  /** The source address that the Internet sees, or undefined where no answer comes back. */
  async seenAs(server: Server): Promise<string | undefined> {
    const { code, text } = await this.inside(server, `curl -sS -m 4 http://${internetHosts.site}/`);
    return code === 0 ? /"address":\s*"([^"]+)"/.exec(text)?.[1] : undefined;
  }

  /** `wayout` as a user runs it, whose ssh knows the way to floating IPs. */
  async wayout(...words: readonly string[]): Promise<Ended> {
    const environment = [
      `OS_CLIENT_CONFIG_FILE=${cloudsFile}`,
      `PATH=${this.folder}/bin:${process.env.PATH}`,
    ];
    return await run("env", ...environment, wayoutPath, ...words);
  }

  async ssh(address: string, command: string): Promise<Ended> {
    return await run(join(this.folder, "bin", "ssh"), address, command);
  }

  /** Keys, and an `ssh` that reaches floating IPs through the Internet of this cloud. */
  #makeSshWorld(): void {
    for (const name of ["user-key", "host-key"]) {
      execFileSync("ssh-keygen", [
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "wayout test",
        "-f",
        join(this.folder, name),
      ]);
    }
    writeFileSync(
      join(this.folder, "known_hosts"),
      `* ${readFileSync(join(this.folder, "host-key.pub"), "utf8")}`,
    );
    const config = `Host 203.0.113.*
  ProxyCommand nsenter --net=/run/netns/${internetNamespace} nc %h %p
Host *
  User root
  IdentityFile ${this.folder}/user-key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${this.folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  UpdateHostKeys no
  BatchMode yes
  LogLevel ERROR
`;
    writeFileSync(join(this.folder, "ssh_config"), config);
    mkdirSync(join(this.folder, "bin"));
    // Wayout gives ssh a configuration that includes the user's files: here it includes this one in their place.
    const ssh = `#!/bin/sh
mine=${this.folder}/ssh_config
if [ "$1" = -F ]; then
  sed "s|^Include ~/.ssh/config$|Include $mine|" "$2" > "$2.$$"; mine=$2.$$; shift 2
fi
exec /usr/bin/ssh -F "$mine" "$@"
`;
    writeFileSync(join(this.folder, "bin", "ssh"), ssh, { mode: 0o755 });
  }
}

/** Names of the servers that have a namespace. */
function namespaces(): readonly string[] {
  const prefix = namespaceOf("");
  return execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** The proxy of a lab as host steps see it, without the rest of a gateway. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../src/host/host.ts";
import { type Hosts, openHosts } from "../../src/host/ssh.ts";
import { labStatus, openLab } from "../../src/lab/client/labs.ts";
import type { SourceNatWant } from "../../src/steps/host/source-nat.ts";
import type { Decision, Observed, Step } from "../../src/steps/step.ts";
import type { World } from "../../src/steps/world.ts";
import { inside } from "./clients.ts";
import { must, wayout } from "./wayout-command.ts";
import { hostState, labCloud } from "./world-state.ts";

export const proxy = "ecs-proxy";

export class HostBench {
  readonly lab: string;
  readonly world: World;
  readonly host: Host;
  readonly want: SourceNatWant;
  readonly #hosts: Hosts;
  readonly #folder: string;

  private constructor(lab: string, hosts: Hosts, folder: string, world: World, want: SourceNatWant) {
    this.lab = lab;
    this.#hosts = hosts;
    this.#folder = folder;
    this.world = world;
    this.host = world.host(want.host);
    this.want = want;
  }

  static async up(scenario: string, lab: string): Promise<HostBench> {
    await must("lab", "up", scenario, "--name", lab);
    const folder = mkdtempSync(join(tmpdir(), "wt-host-"));
    const { sshConfig } = await openLab(lab);
    const hosts = openHosts({ controlDir: folder, configFile: sshConfig, connectTimeoutMs: 3000 });
    const cloud = await labCloud(lab);
    const world: World = { cloud, host: (address) => hosts.host(address) };
    const server = (await labStatus(lab)).servers.find(({ name }) => name === proxy);
    const nics = (await cloud.servers()).find(({ name }) => name === proxy)?.addresses ?? [];
    const want = {
      gateway: "egress",
      host: { server: proxy, destination: server?.eip ?? "", user: "root" },
      served: ["192.168.125.0/24"],
      destinations: ["0.0.0.0/0"],
      vpcCidrs: ["192.168.0.0/16"],
      insideMacs: nics.map((nic) => nic.mac),
      privateIp: "192.168.125.4",
    };
    return new HostBench(lab, hosts, folder, world, want);
  }

  async down(): Promise<void> {
    await this.#hosts.close();
    rmSync(this.#folder, { recursive: true, force: true });
    await wayout("lab", "down", "--name", this.lab);
  }

  /** As root on the proxy, past its network. Throws when it fails. */
  async onProxy(script: string): Promise<string> {
    const { code, stdout, stderr } = await inside(this.lab, proxy, "sh", "-c", script);
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  state(): Promise<string> {
    return hostState(this.lab, proxy);
  }

  async observe<Have>(step: Step<SourceNatWant, Have>, want = this.want): Promise<Observed<Have>> {
    await this.host.facts({ anew: true });
    return step.observe(want, this.world);
  }

  async decide<Have>(step: Step<SourceNatWant, Have>, adopt = false, want = this.want): Promise<Decision> {
    return step.decide(want, await this.observe(step, want), { adopt });
  }

  /** Applies and returns the state before, for undo. */
  async apply<Have>(step: Step<SourceNatWant, Have>, want = this.want): Promise<Observed<Have>> {
    const before = await this.observe(step, want);
    await step.apply(want, before, this.world);
    return before;
  }
}

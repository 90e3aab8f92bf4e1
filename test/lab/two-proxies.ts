/** Two servers that can be proxies and have no EIP, so that each login depends on the gateway's; and what tests do with them. */
import { expect } from "vitest";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { inOneSubnet, upFrom } from "./own-scenario.ts";
import { type Ended, must, wayout } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

const proxies = ["ecs-proxy-1", "ecs-proxy-2"];

/** Free EIPs of the account. */
export const [one, other] = ["203.0.113.20", "203.0.113.21"] as const;

const scenario = inOneSubnet(
  "Two servers that can be proxies, and two EIPs.",
  `  - { name: ecs-proxy-1, kind: machine, subnet: subnet-app, ip: 192.168.125.4 }
  - { name: ecs-proxy-2, kind: machine, subnet: subnet-app, ip: 192.168.125.5 }
  - { name: ecs-app-1, subnet: subnet-app, ip: 192.168.125.11 }`,
  [one, other],
);

export class TwoProxies {
  readonly lab: string;
  readonly file = gatewayFile();
  readonly #where: readonly string[];

  private constructor(lab: string) {
    this.lab = lab;
    this.#where = ["--file", this.file.path, "--lab", lab];
  }

  static async up(lab: string): Promise<TwoProxies> {
    await upFrom(scenario, lab);
    const made = new TwoProxies(lab);
    await made.#install();
    return made;
  }

  async down(): Promise<void> {
    await wayout("lab", "down", "--name", this.lab);
    this.file.remove();
  }

  ask(numbers: readonly number[], publicIp: string): void {
    this.file.write({ proxies: `[${numbers.map((number) => `ecs-proxy-${number}`).join(", ")}]`, publicIp });
  }

  wayout(...words: readonly string[]): Promise<Ended> {
    return wayout(...words, ...this.#where);
  }

  /** Applies, expects an empty plan after it, and says by which address a client comes out. */
  async applied(): Promise<string | undefined> {
    await must("apply", "--yes", ...this.#where);
    const plan = await wayout("plan", ...this.#where);
    expect(plan, plan.stdout).toMatchObject({ code: 0 });
    return seenAs(this.lab, "ecs-app-1");
  }

  /** The same for a change that cuts what is open: the plan says so. */
  async appliedWithLoss(): Promise<string | undefined> {
    const { stdout } = await wayout("plan", ...this.#where);
    expect(stdout).toMatch(/open connections over 203\.0\.113\.\d+ end/);
    return this.applied();
  }

  /** Does the work from a start of its own, and expects this start after undo. */
  async andBack(work: () => Promise<void>): Promise<void> {
    const start = await this.#state();
    await work();
    await must("undo", ...this.#where);
    expect(await this.#state()).toEqual(start);
  }

  /** Binds the EIP for as long as the work lasts. */
  async withEip(address: string, server: string, work: () => Promise<void>): Promise<void> {
    const unbind = await this.#bind(address, server);
    await work();
    await unbind();
  }

  async #state() {
    const hosts = await Promise.all(proxies.map((server) => hostState(this.lab, server)));
    return { cloud: await cloudState(this.lab), hosts };
  }

  async #bind(address: string, server: string): Promise<() => Promise<void>> {
    const cloud = await labCloud(this.lab);
    const id = (await cloud.servers()).find(({ name }) => name === server)?.id ?? "";
    const [nic] = await cloud.nics({ serverId: id });
    const eip = (await cloud.publicIps()).find((one) => one.address === address);
    if (!nic || !eip) throw new Error(`no NIC of ${server}, or no EIP ${address}`);
    await cloud.bindPublicIp(eip.id, nic.id);
    return () => cloud.unbindPublicIp(eip.id, "");
  }

  /** What pairs are made of, once for all of them. */
  async #install(): Promise<void> {
    const script = `export DEBIAN_FRONTEND=noninteractive
apt-get update && apt-get install -y keepalived conntrackd conntrack iputils-arping`;
    const unbind = await Promise.all([this.#bind(one, "ecs-proxy-1"), this.#bind(other, "ecs-proxy-2")]);
    await Promise.all(
      proxies.map(async (server) => {
        const ended = await inside(this.lab, server, "sh", "-c", script);
        expect(ended, ended.stderr).toMatchObject({ code: 0 });
      }),
    );
    await Promise.all(unbind.map((each) => each()));
  }
}

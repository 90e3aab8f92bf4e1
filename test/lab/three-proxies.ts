/** A lab of three servers that can be proxies, one of them without an EIP, and a gateway of one or two of them. */
import { gatewayFile } from "./gateway-file.ts";
import { inOneSubnet, upFrom } from "./own-scenario.ts";
import { wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

export const proxies = ["ecs-proxy-1", "ecs-proxy-2", "ecs-proxy-3"] as const;
/** Of the first two proxies; and one that no server has. */
export const eips = ["203.0.113.10", "203.0.113.11"] as const;
export const freeEip = "203.0.113.20";

const scenario = inOneSubnet(
  "Three servers that can be proxies.",
  `  - { name: ecs-proxy-1, kind: machine, subnet: subnet-app, ip: 192.168.125.4, eip: 203.0.113.10 }
  - { name: ecs-proxy-2, kind: machine, subnet: subnet-app, ip: 192.168.125.5, eip: 203.0.113.11 }
  - { name: ecs-proxy-3, kind: machine, subnet: subnet-app, ip: 192.168.125.6 }
  - { name: ecs-app-1, subnet: subnet-app, ip: 192.168.125.11 }`,
  [freeEip],
);

/** A gateway as the spec asks for it: numbers of proxies from 1, and its EIP. */
export interface Asked {
  readonly of: readonly number[];
  readonly publicIp?: string;
}

const ids = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g;

export function threeProxies(lab: string) {
  const file = gatewayFile();
  const where = ["--file", file.path, "--lab", lab];
  const state = async () => ({
    cloud: await cloudState(lab),
    hosts: await Promise.all(proxies.map((server) => hostState(lab, server))),
  });
  return {
    file: file.path,
    where,
    up: () => upFrom(scenario, lab),
    async down(): Promise<void> {
      await wayout("lab", "down", "--name", lab);
      file.remove();
    },
    ask({ of, publicIp = "keep" }: Asked): void {
      file.write({ proxies: `[${of.map((number) => `ecs-proxy-${number}`).join(", ")}]`, publicIp });
    },
    state,
    /** As text, without ids, which are others every time, and without what goes with the active role. */
    async settled(): Promise<string> {
      const { cloud, hosts } = await state();
      const lines = hosts.flatMap((host, at) => host.split("\n").map((line) => `${proxies[at]} ${line}`));
      return [...JSON.stringify(cloud, null, 1).replace(ids, "ID").split("\n"), ...lines]
        .filter((line) => !/ip_forward|\.forwarding|accept_redirects|"mac"/.test(line))
        .sort()
        .join("\n");
    },
  };
}

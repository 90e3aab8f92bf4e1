/**
 * What there is without a pair: two single proxies, each with its own EIP, and a script of the operator that switches the
 * subnet's default route from one to the other by the cloud's API.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withSession } from "../../src/cli/session.ts";
import { figuresOf } from "../../src/engine/drill/measure.ts";
import { breakFault, mendFault } from "../../src/lab/client/actions.ts";
import { must } from "../wayout.ts";
import { inside } from "./inside.ts";
import { client, trafficDuring } from "./traffic.ts";

export interface RouteSwitch {
  readonly opened: number;
  readonly kept: number;
  /** Of those that were lost: nobody told the client within 10 s. */
  readonly hanging: number;
  /** The call itself. */
  readonly callMs: number;
  /** From the call to the first answer by the other proxy. */
  readonly firstPacketMs: number;
}

export interface RouteLab {
  /** The route is switched to the other proxy. `dead`: the first one has lost its power a moment before. */
  change(dead: boolean): Promise<RouteSwitch>;
}

const proxies = ["ecs-proxy-1", "ecs-proxy-2"] as const;
type Proxy = (typeof proxies)[number];

/** Both proxies as `wayout render` makes them. @param folder for their wayout.yaml */
export async function withRouteLab<T>(
  lab: string,
  folder: string,
  work: (routes: RouteLab) => Promise<T>,
): Promise<T> {
  await must(["lab", "up", "pair", "--name", lab]);
  for (const proxy of proxies) {
    const { stdout } = await must(["render", "--file", specOf(proxy, folder), "--lab", lab]);
    const script = Buffer.from(stdout).toString("base64");
    await inside(lab, proxy, `echo ${script} | base64 -d > /root/wayout.sh && sh /root/wayout.sh`);
  }
  return await withSession({ file: specOf(proxies[0], folder), lab }, async ({ world: { cloud } }) => {
    const servers = await cloud.servers();
    const idOf = (proxy: Proxy): string => servers.find(({ name }) => name === proxy)?.id ?? "";
    const [opening] = await cloud.anyAddressPairs(false);
    for (const proxy of proxies)
      for (const { id } of await cloud.nics({ serverId: idOf(proxy) }))
        await cloud.setAddressPairs(id, opening ?? []);
    const [table] = await cloud.routeTables();
    if (!table) throw new Error("there is no route table");
    const routeTo = (proxy: Proxy) =>
      ({ destination: "0.0.0.0/0", type: "ecs", nextHop: idOf(proxy), description: "" }) as const;
    let [from, to]: [Proxy, Proxy] = [...proxies];
    await cloud.addRoute(table.id, routeTo(from));

    return await work({
      change: async (dead) => {
        const { connections, gaps, worked } = await trafficDuring(lab, async () => {
          if (dead) await breakFault(lab, ["power", from]);
          const calledMs = Date.now();
          await cloud.changeRoute(table.id, routeTo(to));
          const callMs = Date.now() - calledMs;
          // For packets to be seen by the other way.
          await sleep(1_500);
          return { calledMs, callMs };
        });
        const none = { electedMs: null, tookMs: null };
        const { firstPacketMs, worstGapMs } = figuresOf(gaps, { faultMs: worked.calledMs, ...none });
        if (dead) {
          await mendFault(lab, `power ${from}`);
          await inside(lab, from, "systemctl is-active --quiet wayout || systemctl start wayout");
        }
        [from, to] = [to, from];
        const { opened, kept, lost } = connections;
        const hanging = lost.filter(({ how }) => how === "hanging").length;
        const firstMs = firstPacketMs ?? worstGapMs;
        if (firstMs === null)
          throw new Error(`${client} got nothing after the route was switched to ${from}`);
        return { opened, kept, hanging, callMs: worked.callMs, firstPacketMs: firstMs };
      },
    });
  });
}

function specOf(proxy: Proxy, folder: string): string {
  const file = join(folder, `${proxy}.yaml`);
  writeFileSync(
    file,
    `cloud: lab\ngateways:\n- {name: egress, vpc: vpc-demo, proxies: [${proxy}], subnets: [subnet-app]}\n`,
  );
  return file;
}

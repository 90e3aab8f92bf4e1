/** A pair in a lab, and its failovers: the drill's faults by the drill, and the machine's power, which a drill cannot cut. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { figuresOf, lengthOf } from "../../src/engine/drill/measure.ts";
import { parseReport, reportScript } from "../../src/host/pair/report.ts";
import { breakFault, mendFault } from "../../src/lab/client/actions.ts";
import type { FaultName } from "../../src/report/drill.ts";
import { must } from "../wayout.ts";
import { inside } from "./inside.ts";
import { trafficDuring } from "./traffic.ts";

export interface Failover {
  readonly opened: number;
  readonly kept: number;
  readonly worstGapMs: number;
  readonly detectMs: number;
  readonly promoteMs: number;
  /** After the fault. */
  readonly firstPacketMs: number;
}

const statusSchema = z.object({
  gateways: z.tuple([
    z.object({
      pair: z.object({
        active: z.string().nullable(),
        standby: z.string().nullable(),
        inSync: z.boolean(),
        reason: z.string(),
      }),
    }),
  ]),
});
const drillSchema = z.object({
  connections: z.object({ opened: z.number(), kept: z.number() }),
  worstGapMs: z.number(),
  detectMs: z.number(),
  promoteMs: z.number(),
  firstPacketMs: z.number(),
});

export interface PairLab {
  readonly lab: string;
  drill(fault: FaultName): Promise<Failover>;
  power(): Promise<Failover>;
  /** Waits until the pair is whole. */
  roles(): Promise<{ readonly active: string; readonly standby: string }>;
}

/** @param folder for its wayout.yaml */
export async function openPairLab(lab: string, folder: string): Promise<PairLab> {
  const file = join(folder, "pair.yaml");
  writeFileSync(
    file,
    "cloud: lab\ngateways:\n- {name: egress, vpc: vpc-demo, proxies: [ecs-proxy-1, ecs-proxy-2], publicIp: 203.0.113.20, subnets: [subnet-app]}\n",
  );
  const where = ["--file", file, "--lab", lab];
  await must(["lab", "up", "pair", "--name", lab]);
  await must(["apply", "--yes", ...where]);

  const roles = async () => {
    let reason = "";
    for (const endMs = performance.now() + 60_000; performance.now() < endMs; await sleep(300)) {
      const { stdout } = await must(["status", "--json", ...where], [0, 1, 2]);
      const { pair } = statusSchema.parse(JSON.parse(stdout)).gateways[0];
      if (pair.inSync && pair.active !== null && pair.standby !== null)
        return { active: pair.active, standby: pair.standby };
      reason = pair.reason;
    }
    throw new Error(`the pair is not whole: ${reason}`);
  };

  return {
    lab,
    roles,
    drill: async (fault) => {
      await roles();
      const { stdout } = await must(["drill", "--fault", fault, "--yes", "--json", ...where], [0, 1]);
      const { connections, ...figures } = drillSchema.parse(JSON.parse(stdout));
      return { ...connections, ...figures };
    },
    power: async () => {
      const { active, standby } = await roles();
      const { connections, gaps, worked } = await trafficDuring(lab, async () => {
        await breakFault(lab, ["power", active]);
        return await reportOfActive(lab, standby);
      });
      await mendFault(lab, `power ${active}`);
      const [gap] = gaps.toSorted((a, b) => lengthOf(b) - lengthOf(a));
      if (!gap) throw new Error("no packet came");
      // A machine without power tells nobody when it happened: it was after the last answer, one of which comes every 5 ms.
      const { sinceMs: electedMs, tookMs } = worked;
      const { detectMs, promoteMs } = figuresOf(gaps, { faultMs: gap.fromMs, electedMs, tookMs });
      if (detectMs === null || promoteMs === null)
        throw new Error(`${standby} did not say when it was elected`);
      const lengthMs = lengthOf(gap);
      const { opened, kept } = connections;
      return { opened, kept, worstGapMs: lengthMs, detectMs, promoteMs, firstPacketMs: lengthMs };
    },
  };
}

/** Some time after it is active, so that packets have passed. */
async function reportOfActive(lab: string, server: string) {
  for (const endMs = performance.now() + 20_000; performance.now() < endMs; ) {
    await sleep(1_000);
    const report = parseReport(await inside(lab, server, reportScript()));
    if (report.role === "active") return report;
  }
  throw new Error(`${server} did not take over`);
}

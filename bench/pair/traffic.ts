/** What a client of the lab notices while something happens to its gateway: the drill's load, without a drill. */
import { collectScript, startScript } from "../../src/engine/drill/load.ts";
import { type ConnectionsFound, readLoad } from "../../src/engine/drill/load-found.ts";
import type { Load } from "../../src/engine/drill/load-plan.ts";
import { type Gap, gapsOf, gapsOfBoth } from "../../src/engine/drill/measure.ts";
import { inside } from "./inside.ts";

export const client = "ecs-app-1";
export const connectionCount = 1_000;
const echo = { host: "198.51.100.10", port: 7 };
const load: Load = {
  connections: { mode: "echo", ...echo, path: "", count: connectionCount },
  udp: { ...echo, intervalMs: 5 },
  icmp: { host: echo.host, intervalMs: 5, times: true },
  lifeSeconds: 120,
};

export interface Traffic<T> {
  readonly connections: ConnectionsFound;
  /** Of UDP and ICMP together. All servers of a lab have one clock. */
  readonly gaps: readonly Gap[];
  readonly worked: T;
}

export async function trafficDuring<T>(lab: string, work: () => Promise<T>): Promise<Traffic<T>> {
  const started = await inside(lab, client, startScript(load));
  const folder = /^folder=(.+)$/m.exec(started)?.[1];
  if (folder === undefined) throw new Error(`${client} did not begin to measure: ${started}`);
  let worked: T;
  let collected: string;
  try {
    worked = await work();
  } finally {
    collected = await inside(lab, client, collectScript(folder, load));
  }
  const { connections, udp, icmp, troubles } = readLoad(collected, load);
  if (!connections || !udp || !icmp) throw new Error(`not all was measured: ${troubles.join("; ")}`);
  return { connections, gaps: gapsOfBoth(gapsOf(udp), gapsOf(icmp)), worked };
}

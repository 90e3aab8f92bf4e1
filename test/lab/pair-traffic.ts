/** Connections, UDP packets and pings from a client of the lab while something happens to its gateway. */

import { collectScript, startScript } from "../../src/engine/drill/load.ts";
import { type LoadFound, readLoad } from "../../src/engine/drill/load-found.ts";
import type { Load } from "../../src/engine/drill/load-plan.ts";
import { gapsOf, lengthOf } from "../../src/engine/drill/measure.ts";
import { inside } from "./clients.ts";

const echo = { host: "198.51.100.10", port: 7 };

export interface Traffic {
  readonly opened: number;
  readonly kept: number;
  /** How connections that were lost ended: a reset is told to the client, silence is not. */
  readonly lost: { readonly reset: number; readonly closed: number; readonly hanging: number };
  readonly udpLost: number;
  readonly pingsLost: number;
  /** Between two answers of ping, one of which is asked for every 5 ms. */
  readonly worstGapMs: number;
}

export async function trafficDuring(
  lab: string,
  server: string,
  connections: number,
  work: () => Promise<void>,
): Promise<Traffic> {
  const load: Load = {
    connections: { mode: "echo", ...echo, path: "", count: connections },
    udp: { ...echo, intervalMs: 5 },
    icmp: { host: echo.host, intervalMs: 5, times: true },
    lifeSeconds: 300,
  };
  const started = await inside(lab, server, "sh", "-c", startScript(load));
  const folder = /^folder=(.+)$/m.exec(started.stdout)?.[1];
  if (folder === undefined) throw new Error(`nothing was started: ${started.stdout}${started.stderr}`);
  let found: LoadFound;
  try {
    await work();
  } finally {
    const { stdout } = await inside(lab, server, "sh", "-c", collectScript(folder, load));
    found = readLoad(stdout, load);
  }
  const { connections: tcp, udp, icmp } = found;
  if (!tcp || !udp || !icmp) throw new Error(`not all was measured: ${found.troubles.join("; ")}`);
  const count = (how: string) => tcp.lost.filter((one) => one.how === how).length;
  return {
    opened: tcp.opened,
    kept: tcp.kept,
    lost: { reset: count("reset"), closed: count("closed"), hanging: count("hanging") },
    udpLost: udp.filter((packet) => packet.receivedMs === null).length,
    pingsLost: icmp.filter((packet) => packet.receivedMs === null).length,
    worstGapMs: Math.round(Math.max(0, ...gapsOf(icmp).map(lengthOf))),
  };
}
